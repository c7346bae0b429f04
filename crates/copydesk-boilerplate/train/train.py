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
# `policy` tells its lines in training, and is 0 for ever after.
SETS = {
    "aeb": {"page": 1.0, "article": 1.0},
    "fundus": {"page": 1.0, "article": 1.0},
    "fundus-more": {"page": 0.7, "article": 0.7},
    "wcxb": {"page": 0.5, "article": 0.0},
    "wcxb-more": {"page": 0.3, "article": 0.0},
}
OTHER_POLICY = ("wcxb", "wcxb-more")
SCORED = ["aeb", "fundus"]
FOLDS = 5
LONG_LINE = 60
BEYOND_DOUBT = 3300
# share of body words that each mode may lose, by set and regime: the goals of the project
MODES = {
    "page": {"safe": dict(aeb=0.002, fundus=0.002), "balanced": dict(aeb=0.006, fundus=0.006), "aggressive": dict(aeb=0.015, fundus=0.015)},
    "article": {"safe": dict(aeb=0.0005, fundus=0.001), "balanced": dict(aeb=0.003, fundus=0.005), "aggressive": dict(aeb=0.01, fundus=0.015)},
}
PARAMETERS = dict(objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=40, feature_fraction=0.4, bagging_fraction=0.8,
                  bagging_freq=1, lambda_l2=5.0, deterministic=True, force_row_wise=True, num_threads=2, verbose=-1)
ROUNDS = 120
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
    return {"page": "page", "node": "node"}.get(kind.split("_")[0], "extractor")


def boosters(features, target, weight, rounds=ROUNDS, seeds=SEEDS, **parameters):
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


def pack(trees, features):
    out = [b"cdtrees1", struct.pack("<HH", features, len(trees))]
    for nodes, leaves in trees:
        out.append(struct.pack("<H", len(nodes)))
        out += [struct.pack("<Hhhh", *node) for node in nodes]
        out += [struct.pack("<h", leaf) for leaf in leaves]
    return b"".join(out)


def score(models, features):
    """In thousandths, as the program sums them."""
    if not len(features):
        return numpy.zeros(0, dtype=int)
    features = features.copy()
    features[:, -1] = 0
    total = numpy.zeros(len(features), dtype=numpy.int64)
    for model in models:
        leaves = model.predict(features, pred_leaf=True)
        for tree in range(leaves.shape[1]):
            values = numpy.array([round(model.get_leaf_output(tree, leaf) * 1000 / len(models)) for leaf in range(leaves[:, tree].max() + 1)])
            total += values[leaves[:, tree]]
    return total


def cross_validate(lines, mask, target, **parameters):
    scores = numpy.full(len(lines.label), -10**6, dtype=numpy.int64)
    for fold in range(FOLDS):
        train = mask & (lines.fold != fold)
        test = mask & (lines.fold == fold)
        scores[test] = score(boosters(lines.features[train], target[train], numpy.ones(train.sum()), **parameters), lines.features[test])
    return scores


def threshold(lines, scores, mask, most):
    """The least score at which lines of less than 60 words may go, if so much of the body words may be lost."""
    body = mask & lines.is_body
    short = body & (lines.words < LONG_LINE)
    order = numpy.argsort(-scores[short], kind="stable")
    lost = numpy.cumsum(lines.words[short][order]) / lines.words[body].sum()
    at = min(numpy.searchsorted(lost, most, side="right"), len(order) - 1)
    return int(scores[short][order][at]) + 1


def figures(lines, removed, mask):
    body, noise = mask & lines.is_body, mask & lines.is_noise
    documents = len(numpy.unique(lines.document[mask]))
    damaged = len(numpy.unique(lines.document[body & removed]))
    noisy = numpy.unique(lines.document[noise | (mask & (lines.label == "headline_repeat"))])
    quiet = numpy.setdiff1d(numpy.unique(lines.document[mask]), noisy)
    touched = numpy.intersect1d(numpy.unique(lines.document[mask & removed]), quiet)
    return dict(lost=lines.words[body & removed].sum() / lines.words[body].sum(), intact=1 - damaged / documents,
                recall=removed[noise].mean(), unchanged=1 - len(touched) / max(1, len(quiet)))


def stays(lines, scores, said_page, safe, mode):
    """What the guards of src/guards.rs leave alone in articles, so that the figures are those of the stage."""
    column = {name: lines.features[:, at] for at, name in enumerate(lines.names)}
    run = numpy.cumsum(column["run_before"] == 0)
    size, numbered = numpy.bincount(run), numpy.bincount(run, weights=column["numbers"] > 0)
    nameless = (column["category"] == 0) & (column["run"] > 0)
    figures_column = nameless & (column["zone"] == 1) & (numbered * 2 >= size)[run]
    alone = (column["run_after"] == 0) & ((column["run_before"] == 0) | (column["category_m1"] > 0))
    above_text = (column["words_p1"] >= 6) | ((column["end_p1"] >= 0) & (column["end_p1"] <= 2))
    subhead = nameless & (column["zone"] >= 1) & alone & above_text & (column["end"] == 7) & (column["numbers"] == 0) & (scores < BEYOND_DOUBT)
    counted = (lines.words < LONG_LINE) & ~figures_column & ~subhead
    count = lambda least: numpy.bincount(lines.document, weights=counted & (scores >= least))
    is_doubtful = numpy.isin(column["category"], (7, 10, 11, 12))
    label = numpy.bincount(lines.document, weights=(column["category"] > 0) & (column["is_whole"] > 0) & ~is_doubtful) > 0
    suspect = (count(safe) >= 2) | (count(BEYOND_DOUBT) >= 1)
    clean = ~{"safe": label & suspect, "balanced": label & suspect, "aggressive": suspect}[mode]
    return (figures_column | subhead | clean[lines.document]) & ~said_page


def table(lines, removed_by, out):
    out(f"{'set':8} {'regime':10} {'mode':10} {'lost':>7} {'intact':>7} {'recall':>7} {'quiet documents unchanged':>26}")
    for name in SETS:
        for regime in ("node", "extractor", "page"):
            for mode in MODES["page"]:
                mask = (lines.set == name) & (lines.regime == regime)
                if mask.any():
                    row = figures(lines, removed_by[mode], mask)
                    spread = [figures(lines, removed_by[mode], mask & (lines.fold == fold))["recall"] for fold in range(FOLDS)
                              if (mask & (lines.fold == fold)).any()]
                    out(f"{name:8} {regime:10} {mode:10} {row['lost']:7.4f} {row['intact']:7.3f} {row['recall']:7.3f} {row['unchanged']:10.3f}"
                        f"   recall by fold {min(spread):.2f}-{max(spread):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path), parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--figures", type=pathlib.Path)
    arguments = parser.parse_args()
    lines = Lines(arguments.work)
    is_page = lines.regime == "page"
    everywhere = numpy.ones(len(is_page), dtype=bool)
    arguments.out.mkdir(exist_ok=True)
    said = []

    def out(text):
        print(text, flush=True)
        said.append(text)

    # which regime: one row a document, judged by what the document as a whole looks like
    first = numpy.flatnonzero(numpy.r_[True, lines.document[1:] != lines.document[:-1]])
    columns = [lines.names.index(name) for name in DOCUMENT]
    others = numpy.setdiff1d(numpy.arange(len(lines.names) + 1), columns)
    flat = lines.features.copy()
    flat[:, others] = 0
    is_first = numpy.zeros(len(is_page), dtype=bool)
    is_first[first] = True
    small = dict(rounds=40, seeds=(1,), num_leaves=8, min_data_in_leaf=20, feature_fraction=1.0)
    lines.features, kept = flat, lines.features
    regime_scores = cross_validate(lines, is_first, is_page.astype(int), **small)
    train = is_first
    regime = boosters(flat[train], is_page[train].astype(int), numpy.ones(train.sum()), **small)
    lines.features = kept
    said_page = regime_scores[first][lines.document] > 0
    scored = numpy.isin(lines.set, SCORED)
    wrong = said_page != is_page
    out(f"regime: {(wrong & is_first & scored).sum()} of {(is_first & scored).sum()} documents told wrong; "
        f"{(wrong & is_first & scored & is_page).sum()} pages as articles, {(wrong & is_first & scored & ~is_page).sum()} articles as pages")
    (arguments.out / "regime.trees").write_bytes(pack(trees_of(regime, lines.policy), len(lines.names)))

    scores = numpy.zeros(len(is_page), dtype=numpy.int64)
    by_regime = {"page": (is_page, said_page), "article": (~is_page, ~said_page)}
    for name, (mask, told) in by_regime.items():
        # a model scores whatever is told to be its regime, and is trained on what is
        for fold in range(FOLDS):
            train = mask & lines.is_used & (lines.fold != fold)
            test = told & (lines.fold == fold)
            models = boosters(lines.features[train], lines.is_noise[train].astype(int), lines.weight[train])
            scores[test] = score(models, lines.features[test])
        train = mask & lines.is_used
        models = boosters(lines.features[train], lines.is_noise[train].astype(int), lines.weight[train])
        (arguments.out / f"{name}.trees").write_bytes(pack(trees_of(models, lines.policy), len(lines.names)))
    numpy.save(arguments.work / "scores.npy", scores)
    numpy.save(arguments.work / "said_page.npy", said_page)

    removed_by = {mode: numpy.zeros(len(is_page), dtype=bool) for mode in MODES["page"]}
    points = ["# regime mode threshold, in thousandths of log-odds; written by train/train.py"]
    for name, (mask, told) in by_regime.items():
        for mode, budgets in MODES[name].items():
            least = max(threshold(lines, scores, told & (lines.set == set_name), most) for set_name, most in budgets.items())
            points.append(f"{name} {mode} {least}")
            removed_by[mode] |= told & (scores >= least) & (lines.words < LONG_LINE)
    (arguments.out / "points.txt").write_text("\n".join(points) + "\n")
    out("\n".join(points[1:]))
    out("by its score alone")
    table(lines, removed_by, out)
    safe = next(int(point.split()[2]) for point in points if point.startswith("article safe"))
    out("with the guards of the stage")
    table(lines, {mode: removed & ~stays(lines, scores, said_page, safe, mode) for mode, removed in removed_by.items()}, out)
    if arguments.figures:
        arguments.figures.write_text("\n".join(said) + "\n")


main()
