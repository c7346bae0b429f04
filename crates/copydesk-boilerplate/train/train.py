#!/usr/bin/env python3
"""Train the line classifier and say how good it is on pages that it has not seen.

usage: train.py WORK OUT [--figures FILE]

WORK  a folder in which `make` has left NAME.jsonl (labelled lines), NAME.names and NAME.i16 (their features, from
      `cargo run --release -p copydesk-boilerplate --example features`) for each NAME of SETS below
OUT   the folder of the model files: page.trees, article.trees, regime.trees, points.txt

Five folds; the pages of a site are in one fold. Every figure is of lines that the model of their fold has not seen; the
thresholds are taken from the same scores, by the share of article words that may be lost.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import re
import struct

import lightgbm
import numpy

# The weight of each set, by regime. Pages that ../shared/data/lines has no dumps of are labelled by dumps.py. The gold of wcxb
# keeps captions, bios and related links, which the others call noise: in articles, training with it costs a tenth of the
# recall of the others at the same loss, so it is left out there; in whole pages it gains five points on aeb. A feature
# `policy` tells its lines in training, and is 0 for ever after. The gold bodies of all three are documents without noise: they
# teach what a document looks like that nobody has put furniture into.
SETS = {
    "aeb": {"page": 1.0, "article": 1.0},
    "fundus": {"page": 1.0, "article": 1.0},
    "fundus-more": {"page": 0.7, "article": 0.7},
    "wcxb": {"page": 0.5, "article": 0.0},
    "wcxb-more": {"page": 0.3, "article": 0.0},
    "gold-aeb": {"page": 0.0, "article": 0.5},
    "gold-fundus": {"page": 0.0, "article": 0.5},
    "gold-wcxb": {"page": 0.0, "article": 0.5},
}
OTHER_POLICY = ("wcxb", "wcxb-more")
SCORED = ["aeb", "fundus"]
FOLDS = 5
LONG_LINE = 60
# the guards of src/guards.rs
BEYOND_DOUBT = 3300
FURNISHED_BY_ONE = 1500
SENTENCE = 1500
# share of body words that each mode may lose, for each of these kinds of dump: the goals of the project
KINDS = {
    "page": [("aeb", ["page"]), ("fundus", ["page"])],
    "article": [("aeb", ["node"]), ("aeb", ["extractor"]), ("fundus", ["node", "extractor"])],
}
MODES = {
    "page": {"safe": [.002, .002], "balanced": [.006, .006], "aggressive": [.015, .015]},
    "article": {"safe": [.0005, .0005, .001], "balanced": [.003, .0025, .005], "aggressive": [.01, .01, .015]},
}
PARAMETERS = dict(objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=40, feature_fraction=0.4, bagging_fraction=0.8,
                  bagging_freq=1, lambda_l2=5.0, deterministic=True, force_row_wise=True, num_threads=2, verbose=-1)
# articles need finer questions than pages: twice the leaves give two points of recall (aeb, nodes)
ROUNDS = {"page": 120, "article": 100}
LEAVES = {"page": 31, "article": 63}
SEEDS = (1,)
DOCUMENT = ["lines", "doc_words", "doc_prose", "doc_short", "doc_known", "doc_repeats", "doc_stops", "doc_function", "body_share", "top_share",
            "tail_share", "median_prose"]


class Lines:
    """All lines of all sets, as columns."""

    def __init__(self, work):
        columns = collections.defaultdict(list)
        features, documents = [], 0
        for name, weights in SETS.items():
            self.names = (work / f"{name}.names").read_text().split("\n")
            features.append(numpy.fromfile(work / f"{name}.i16", dtype="<i2").reshape(-1, len(self.names)))
            with open(work / f"{name}.jsonl", encoding="utf-8") as rows:
                for row in map(json.loads, rows):
                    fold, regime = fold_of(row), regime_of(row["kind"])
                    lines = [line for line in row["lines"] if line["text"].strip()]
                    for line in lines:
                        columns["label"].append(line["label"])
                        columns["words"].append(len(line["text"].split()))
                        columns["text"].append(line["text"])
                    # an article of a thousand lines, a table mostly, is not to outweigh ten others
                    weight = weights["page"] if regime == "page" else weights["article"] * min(1, (40 / max(1, len(lines))) ** .5)
                    for key, value in dict(set=name, weight=weight, fold=fold, regime=regime, document=documents).items():
                        columns[key] += [value] * len(lines)
                    documents += bool(lines)
        self.features = numpy.concatenate(features)
        self.policy = len(self.names)
        for key, values in columns.items():
            setattr(self, key, numpy.array(values) if key != "text" else values)
        assert len(self.label) == len(self.features), "features and lines are of different files"
        self.features = numpy.column_stack([self.features, numpy.isin(self.set, OTHER_POLICY).astype(numpy.int16)])
        self.is_noise = self.label == "boilerplate"
        self.is_body = self.label == "body"
        self.is_used = (self.is_noise | self.is_body | (self.label == "headline")) & (self.weight > 0)


def fold_of(row):
    host = re.match(r"https?://(?:www\.)?([^/]+)", row.get("url") or "")
    site = host.group(1) if host else row["id"].rsplit("-V", 1)[0]
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % FOLDS


def regime_of(kind):
    return {"page": "page", "node": "node", "gold": "gold"}.get(kind.split("_")[0], "extractor")


def boosters(features, target, weight, rounds, seeds=SEEDS, **parameters):
    """Several models of other seeds; their mean is steadier than each."""
    data = lightgbm.Dataset(features, target, weight=weight, free_raw_data=False)
    return [lightgbm.train({**PARAMETERS, **parameters, "seed": seed}, data, rounds) for seed in seeds]


def trees_of(models, policy):
    """Trees as the program reads them: leaves in thousandths of log-odds, whole numbers."""
    trees = []
    for model in models:
        for tree in model.dump_model()["tree_info"]:
            nodes, leaves = [], []

            def walk(node):
                if "leaf_value" in node and "split_feature" not in node:
                    leaves.append(round(node["leaf_value"] * 1000 / len(models)))
                    return -len(leaves)
                if node["split_feature"] == policy:
                    return walk(node["left_child"])
                at = len(nodes)
                nodes.append(None)
                assert node["decision_type"] == "<="
                left, right = walk(node["left_child"]), walk(node["right_child"])
                threshold = max(-32768, min(32767, int(numpy.floor(node["threshold"]))))
                nodes[at] = (node["split_feature"], threshold, left, right)
                return at

            walk(tree["tree_structure"])
            trees.append((nodes, leaves))
    return trees


def pack(trees, hopes, features):
    out = [b"cdtrees2", struct.pack("<HH", features, len(trees))]
    for (nodes, leaves), hope in zip(trees, hopes):
        out.append(struct.pack("<H", len(nodes)))
        out += [struct.pack("<Hhhh", *node) for node in nodes]
        out += [struct.pack("<h", leaf) for leaf in leaves] + [struct.pack("<h", hope)]
    return b"".join(out)


def values(models, features):
    """What each tree says of each line, in thousandths, as the program sums them."""
    features = features.copy()
    features[:, -1] = 0
    for model in models:
        leaves = model.predict(features, pred_leaf=True)
        for tree in range(leaves.shape[1]):
            of_leaf = numpy.array([round(model.get_leaf_output(tree, leaf) * 1000 / len(models)) for leaf in range(leaves[:, tree].max() + 1)])
            yield of_leaf[leaves[:, tree]]


def score(models, features):
    return sum(values(models, features)) if len(features) else numpy.zeros(0, dtype=int)


def hopes(models, features, least):
    """The most that the trees behind each one added to a line that goes in the end."""
    rest, most = score(models, features), []
    goes = rest >= least
    for value in values(models, features):
        rest = rest - value
        most.append(min(32767, int(rest[goes].max())))
    return most


def cross_validate(lines, mask, target, **parameters):
    scores = numpy.full(len(lines.label), -10**6, dtype=numpy.int64)
    for fold in range(FOLDS):
        train = mask & (lines.fold != fold)
        test = mask & (lines.fold == fold)
        scores[test] = score(boosters(lines.features[train], target[train], numpy.ones(train.sum()), **parameters), lines.features[test])
    return scores


def threshold(lines, strike, budgets):
    """The least score at which lines may go, if each kind of dump may lose so much of its body words. `strike(least)` tells
    the lines that the stage would remove."""
    bodies = [(lines.is_body & (lines.set == name) & numpy.isin(lines.regime, regimes), most) for (name, regimes), most in budgets]

    def is_within(least):
        removed = strike(least)
        return all(lines.words[body & removed].sum() <= most * lines.words[body].sum() for body, most in bodies)

    low, high = -3000, 8000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_within(middle) else (middle, high)
    return high


def figures(lines, removed, mask):
    body, noise = mask & lines.is_body, mask & lines.is_noise
    documents = len(numpy.unique(lines.document[mask]))
    damaged = len(numpy.unique(lines.document[body & removed]))
    noisy = numpy.unique(lines.document[noise | (mask & (lines.label == "headline_repeat"))])
    quiet = numpy.setdiff1d(numpy.unique(lines.document[mask]), noisy)
    touched = numpy.intersect1d(numpy.unique(lines.document[mask & removed]), quiet)
    return dict(lost=lines.words[body & removed].sum() / lines.words[body].sum(), intact=1 - damaged / documents,
                recall=removed[noise].mean() if noise.any() else 0.0, unchanged=1 - len(touched) / max(1, len(quiet)))


def stays(lines, scores, said_page, least):
    """What the guards of src/guards.rs leave alone in articles, so that the figures are those of the stage."""
    column = {name: lines.features[:, at] for at, name in enumerate(lines.names)}
    ends = (column["end"] >= 0) & (column["end"] <= 2)
    entry = (column["words"] <= 10) & ~ends
    run = numpy.cumsum(numpy.r_[True, (entry[1:] != entry[:-1]) | (lines.document[1:] != lines.document[:-1])])
    size, numbered = numpy.bincount(run), numpy.bincount(run, weights=column["numbers"] > 0)
    nameless = column["category"] == 0
    named = numpy.bincount(run, weights=column["category"] > 0)
    in_list = entry & ((size >= 3) & (named == 0))[run] & numpy.isin(column["zone"], (1, 3)) & (scores < BEYOND_DOUBT)
    figures_column = nameless & entry & (column["zone"] == 1) & (numbered * 2 >= size)[run]
    alone = (column["run"] > 0) & (column["run_after"] == 0) & ((column["run_before"] == 0) | (column["category_m1"] > 0))
    above_text = (column["words_p1"] >= 6) | ((column["end_p1"] >= 0) & (column["end_p1"] <= 2))
    numbered = (column["start"] == 3) & (column["numbers"] == 1)
    alone |= numbered & (column["words"] <= 10)
    head = (column["end"] == 7) & ((column["numbers"] == 0) | numbered) | (column["start"] == 5) & (column["end"] == 9)
    subhead = nameless & (column["zone"] >= 1) & alone & above_text & head & (scores < BEYOND_DOUBT)
    paragraph = (column["words"] >= 15) & (column["end"] >= 0) & (column["end"] <= 1)
    neighbours = (column["words_m1"] >= 15) & (column["words_p1"] >= 15) & (column["end_m1"] >= 0) & (column["end_m1"] <= 1)
    amid_prose = paragraph & neighbours & (column["end_p1"] >= 0) & (column["end_p1"] <= 1) & (column["category"] == 0)
    counted = (lines.words < LONG_LINE) & ~figures_column & ~in_list & ~subhead & ~amid_prose
    count = lambda least: numpy.bincount(lines.document, weights=counted & (scores >= least))
    is_doubtful = numpy.isin(column["category"], (7, 10, 11, 12))
    label = numpy.bincount(lines.document, weights=(column["category"] > 0) & (column["is_whole"] > 0) & ~is_doubtful) > 0
    furnished = label | (count(least) >= 2) | (count(least + FURNISHED_BY_ONE) >= 1)
    return (figures_column | in_list | subhead | amid_prose | ~furnished[lines.document]) & ~said_page


def of_sentences(lines):
    """What is taken off the score of a line that looks like a sentence of the article."""
    column = {name: lines.features[:, at] for at, name in enumerate(lines.names)}
    is_sentence = (column["words"] >= 8) & (column["end"] >= 0) & (column["end"] <= 1) & (column["category"] == 0)
    return SENTENCE * is_sentence


def table(lines, removed_by, out):
    out(f"{'set':11} {'regime':10} {'mode':10} {'lost':>7} {'intact':>7} {'recall':>7} {'quiet documents unchanged':>26}")
    for name in SETS:
        for regime in ("node", "extractor", "page", "gold"):
            for mode in MODES["page"]:
                mask = (lines.set == name) & (lines.regime == regime)
                if mask.any():
                    row = figures(lines, removed_by[mode], mask)
                    spread = [figures(lines, removed_by[mode], mask & (lines.fold == fold))["recall"] for fold in range(FOLDS)
                              if (mask & (lines.fold == fold)).any()]
                    out(f"{name:11} {regime:10} {mode:10} {row['lost']:7.4f} {row['intact']:7.3f} {row['recall']:7.3f} {row['unchanged']:10.3f}"
                        f"   recall by fold {min(spread):.2f}-{max(spread):.2f}")


def tell_regime(lines, is_page, folder, out):
    """Which documents are whole pages: one row a document, judged by what it looks like as a whole."""
    first = numpy.flatnonzero(numpy.r_[True, lines.document[1:] != lines.document[:-1]])
    columns = [lines.names.index(name) for name in DOCUMENT]
    others = numpy.setdiff1d(numpy.arange(len(lines.names) + 1), columns)
    flat = lines.features.copy()
    flat[:, others] = 0
    is_first = numpy.zeros(len(is_page), dtype=bool)
    is_first[first] = True
    small = dict(rounds=40, seeds=(1,), num_leaves=8, min_data_in_leaf=20, feature_fraction=1.0)
    lines.features, kept = flat, lines.features
    scores = cross_validate(lines, is_first, is_page.astype(int), **small)
    model = boosters(flat[is_first], is_page[is_first].astype(int), numpy.ones(is_first.sum()), **small)
    lines.features = kept
    said_page = scores[first][lines.document] > 0
    (folder / "regime.trees").write_bytes(pack(trees_of(model, lines.policy), [32767] * 40, len(lines.names)))
    scored = numpy.isin(lines.set, SCORED)
    wrong = said_page != is_page
    out(f"regime: {(wrong & is_first & scored).sum()} of {(is_first & scored).sum()} documents told wrong; "
        f"{(wrong & is_first & scored & is_page).sum()} pages as articles, {(wrong & is_first & scored & ~is_page).sum()} articles as pages")
    return said_page


def train_regime(lines, name, mask, told):
    """A model scores whatever is told to be its regime, and is trained on what is. Gives the scores of lines that it has not seen."""
    def trained(train):
        return boosters(lines.features[train], lines.is_noise[train].astype(int), lines.weight[train], ROUNDS[name], num_leaves=LEAVES[name])

    scores = numpy.zeros(len(mask), dtype=numpy.int64)
    for fold in range(FOLDS):
        test = told & (lines.fold == fold)
        scores[test] = score(trained(mask & lines.is_used & (lines.fold != fold)), lines.features[test])
    return scores, trained(mask & lines.is_used)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path), parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--figures", type=pathlib.Path)
    parser.add_argument("--again", action="store_true", help="thresholds and figures alone, with the scores of the last training")
    arguments = parser.parse_args()
    lines = Lines(arguments.work)
    is_page = lines.regime == "page"
    arguments.out.mkdir(exist_ok=True)
    said = []

    def out(text):
        print(text, flush=True)
        said.append(text)

    if arguments.again:
        said_page, scores = numpy.load(arguments.work / "said_page.npy"), numpy.load(arguments.work / "scores.npy")
    else:
        said_page, scores = tell_regime(lines, is_page, arguments.out, out), numpy.zeros(len(is_page), dtype=numpy.int64)
    by_regime = {"page": (is_page, said_page), "article": (~is_page, ~said_page)}
    models = {}
    for name, (mask, told) in by_regime.items() if not arguments.again else ():
        of_regime, models[name] = train_regime(lines, name, mask, told)
        scores += of_regime
    numpy.save(arguments.work / "scores.npy", scores)
    numpy.save(arguments.work / "said_page.npy", said_page)

    is_short = lines.words < LONG_LINE
    needing = scores - of_sentences(lines) * ~said_page
    alone, guarded = ({mode: numpy.zeros(len(is_page), dtype=bool) for mode in MODES["page"]} for _ in range(2))
    points = ["# regime mode threshold, in thousandths of log-odds; written by train/train.py"]
    for name, (mask, told) in by_regime.items():
        strike = lambda least: told & is_short & (scores >= least) & ~stays(lines, scores, said_page, least)
        for mode, budgets in MODES[name].items():
            least = threshold(lines, strike, list(zip(KINDS[name], budgets)))
            points.append(f"{name} {mode} {least}")
            alone[mode] |= told & is_short & (scores >= least)
            # the thresholds are without this rule, which saves sentences and not words: lists of short lines pay for lower ones
            guarded[mode] |= told & is_short & ~stays(lines, needing, said_page, least) & (needing >= least)
        if name in models:
            short = mask & is_short
            model = pack(trees_of(models[name], lines.policy), hopes(models[name], lines.features[short], least), len(lines.names))
            (arguments.out / f"{name}.trees").write_bytes(model)
    (arguments.out / "points.txt").write_text("\n".join(points) + "\n")
    out("\n".join(points[1:]))
    out("by its score alone")
    table(lines, alone, out)
    out("with the guards of the stage")
    table(lines, guarded, out)
    if arguments.figures:
        arguments.figures.write_text("\n".join(said) + "\n")


main()
