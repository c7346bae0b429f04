#!/usr/bin/env python3
"""Train the models of the HTML extractor and say how good they are on sites that they have not seen.

usage: train.py WORK PROGRAM OUT [--figures FILE] [--no-models]

WORK     the folder that label.py has filled
PROGRAM  the example `pages` of this crate
OUT      the folder of the models: names.weights, words.weights, types.weights, first.trees, second.trees

Five folds; the pages of a site are in one fold. The weights of names, words and signs that a page is read with never come from its
own fold, in training as in the figures, so the trees learn how much to trust them.
"""
import argparse
import collections
import json
import pathlib
import re
import statistics
import struct
import subprocess

import lightgbm
import numpy
import scipy.optimize
import scipy.sparse

FOLDS = 5
WORD = re.compile(r"\w+", re.UNICODE)
KINDS = ["article", "forum", "product", "collection", "listing", "documentation", "service"]
# How much a set counts. The pages of wcxb outnumber the others by four to one; of its kinds, those that are no articles are a
# sixth, and half of what is asked of it.
GROUPS = {"aeb": 5.0, "fundus": 2.5, "wcxb-article": 1.0, "wcxb-other": 3.0}
# Weights of names and words: logistic regression, how strongly it is held back, and on how many sites one must stand.
NAMES = dict(penalty=200, sites=3)
WORDS = dict(penalty=60, sites=4)
SIGNS = dict(penalty=5, sites=4)
# A tree of more than 32 leaves is walked row by row, which takes ten times as long.
COMMON = dict(objective="binary", num_leaves=31, min_data_in_leaf=80, feature_fraction=0.3, bagging_fraction=0.7, bagging_freq=1, lambda_l2=5.0,
              num_threads=2, verbose=-1, deterministic=True, force_row_wise=True, seed=1)
FIRST = (160, dict(COMMON, learning_rate=0.12, extra_trees=True))
SECOND = (90, dict(COMMON, learning_rate=0.1))
BOUND = 1000


class Pages:
    """All runs of all pages, as columns."""

    def __init__(self, work, program):
        self.work, self.program = work, program
        self.rows = json.loads((work / "rows.json").read_text())
        labels = numpy.load(work / "labels.npz")
        self.runs, self.words, self.taken = labels["runs"], labels["words"], labels["taken"].astype(float)
        self.page = numpy.repeat(numpy.arange(len(self.rows)), self.runs)
        self.start = numpy.r_[0, numpy.cumsum(self.runs)]
        self.fold_of_page = numpy.array([row["fold"] for row in self.rows])
        self.fold = self.fold_of_page[self.page]
        sites = {}
        self.site_of_page = numpy.array([sites.setdefault(row["site"], len(sites)) for row in self.rows])
        self.group = [group(row) for row in self.rows]
        self.even = self.weights(labels["weight"], collections.defaultdict(lambda: 1.0))
        self.weight = self.weights(labels["weight"], GROUPS)

    def weights(self, impact, groups):
        """A page weighs the same whatever its length: two parts by what its runs decide, one and a half by their number."""
        weights = numpy.zeros(len(impact))
        for at, count in enumerate(self.runs):
            part = slice(self.start[at], self.start[at] + count)
            impacts = numpy.abs(impact[part])
            if count:
                weights[part] = (0.6 * impacts / impacts.sum() if impacts.sum() > 0 else 0) + 0.4 / count
                weights[part] *= groups[self.group[at]]
        return weights * len(weights) / weights.sum()

    def matrix(self, command, *arguments):
        """What the program says of every run."""
        out = self.work / command
        subprocess.run([self.program, command, self.work / "pages.jsonl", *arguments, out], check=True)
        names = pathlib.Path(f"{out}.names").read_text().split("\n")
        return names, numpy.fromfile(f"{out}.i16", dtype="<i2").reshape(-1, len(names))


def group(row):
    if row["set"] != "wcxb":
        return row["set"]
    return "wcxb-article" if row["page_type"] == "article" else "wcxb-other"


def bags(hashes, lengths, sites, least):
    """A row for each run or page, a column for each hash that stands on so many sites."""
    row = numpy.repeat(numpy.arange(len(lengths)), lengths)
    known, column = numpy.unique(hashes, return_inverse=True)
    pairs = numpy.unique(column.astype(numpy.int64) * 100_000 + sites[row])
    kept = (numpy.bincount(pairs // 100_000, minlength=len(known)) >= least) & (known != 0)
    place, used = numpy.cumsum(kept) - 1, kept[column]
    matrix = scipy.sparse.csr_matrix((numpy.ones(used.sum(), numpy.float32), (row[used], place[column[used]])), shape=(len(lengths), kept.sum()))
    matrix.sum_duplicates()
    return matrix, known[kept]


def regress(matrix, target, weight, penalty):
    """Logistic regression; the base is the last weight."""
    transposed = matrix.T.tocsr()

    def loss(weights):
        odds = matrix @ weights[:-1] + weights[-1]
        miss = weight * (1 / (1 + numpy.exp(-odds)) - target)
        value = (weight * (numpy.logaddexp(0, odds) - target * odds)).sum() + penalty / 2 * (weights[:-1] ** 2).sum()
        return value, numpy.r_[transposed @ miss + penalty * weights[:-1], miss.sum()]

    options = dict(maxiter=60, maxcor=8)
    return scipy.optimize.minimize(loss, numpy.zeros(matrix.shape[1] + 1), jac=True, method="L-BFGS-B", options=options).x


def pack_weights(known, weights):
    values = numpy.clip(numpy.round(weights[:-1] * 100), -30_000, 30_000).astype("<i2")
    entries = numpy.zeros((values != 0).sum(), dtype=[("hash", "<u4"), ("weight", "<i2")])
    entries["hash"], entries["weight"] = known[values != 0], values[values != 0]
    return entries.tobytes()


def pack_types(known, kinds):
    values = numpy.clip(numpy.round(numpy.array([weights[:-1] for weights in kinds]).T * 100), -127, 127).astype(numpy.int8)
    used = numpy.abs(values).max(1) >= 2
    entries = numpy.zeros(used.sum(), dtype=[("hash", "<u4"), ("weights", "i1", len(KINDS))])
    entries["hash"], entries["weights"] = known[used], values[used]
    return numpy.array([round(weights[-1] * 100) for weights in kinds], dtype="<i4").tobytes() + entries.tobytes()


def learn_weights(pages, folder):
    """For each fold the weights without it, and, under the number behind the last, those of all pages."""
    lengths = numpy.fromfile(pages.work / "n.lengths.u32", dtype="<u4").reshape(-1, 2)
    signs = numpy.fromfile(pages.work / "n.signs.u32", dtype="<u4")
    counts, hashes, at = [], [], 0
    for _ in pages.rows:
        counts.append(signs[at])
        hashes.append(signs[at + 1:at + 1 + signs[at]])
        at += 1 + signs[at]
    of_run = pages.site_of_page[pages.page]
    names, name_list = bags(numpy.fromfile(pages.work / "n.paths.u32", dtype="<u4"), lengths[:, 0], of_run, NAMES["sites"])
    words, word_list = bags(numpy.fromfile(pages.work / "n.words.u32", dtype="<u4"), lengths[:, 1], of_run, WORDS["sites"])
    types, type_list = bags(numpy.concatenate(hashes), numpy.array(counts), pages.site_of_page, SIGNS["sites"])
    types.data[:] = 1
    page_type = numpy.array([row["page_type"] for row in pages.rows])
    folder.mkdir(exist_ok=True)
    for fold in range(FOLDS + 1):
        runs, whole = pages.fold != fold, pages.fold_of_page != fold
        fit = lambda matrix, penalty: regress(matrix[runs], pages.taken[runs], pages.even[runs], penalty)
        (folder / f"names.{fold}").write_bytes(pack_weights(name_list, fit(names, NAMES["penalty"])))
        (folder / f"words.{fold}").write_bytes(pack_weights(word_list, fit(words, WORDS["penalty"])))
        each = lambda kind: regress(types[whole], (page_type[whole] == kind).astype(float),
                                    numpy.where((page_type[whole] == kind) & (kind != "article"), 2.0, 1.0), SIGNS["penalty"])
        (folder / f"types.{fold}").write_bytes(pack_types(type_list, [each(kind) for kind in KINDS]))


def trees_of(model):
    """Trees as the program reads them: leaves in thousandths of log-odds, whole numbers."""
    trees = []
    for tree in model.dump_model()["tree_info"]:
        nodes, leaves = [], []

        def walk(node):
            if "split_feature" not in node:
                leaves.append(max(-32_768, min(32_767, round(node["leaf_value"] * 1000))))
                return -len(leaves)
            at = len(nodes)
            nodes.append(None)
            left, right = walk(node["left_child"]), walk(node["right_child"])
            threshold = max(-32_768, min(32_767, int(numpy.floor(node["threshold"]))))
            nodes[at] = (node["split_feature"], threshold, left, right)
            return at

        walk(tree["tree_structure"])
        trees.append((nodes, leaves))
    return trees


def pack_trees(trees, features):
    """In the format that copydesk-trees reads; behind each tree stands the most that those behind it may add."""
    most = [max(leaves) for _, leaves in trees]
    out = [b"cdtrees2", struct.pack("<HH", features, len(trees))]
    for at, (nodes, leaves) in enumerate(trees):
        out.append(struct.pack("<H", len(nodes)))
        out += [struct.pack("<Hhhh", *node) for node in nodes]
        out += [struct.pack("<h", leaf) for leaf in leaves]
        out.append(struct.pack("<h", min(32_767, sum(most[at + 1:]))))
    return b"".join(out)


def boosted(features, pages, mask, recipe):
    rounds, parameters = recipe
    return lightgbm.train(parameters, lightgbm.Dataset(features[mask], pages.taken[mask], weight=pages.weight[mask]), rounds)


def score(model, features):
    """In thousandths, as the program sums them."""
    total = numpy.zeros(len(features), dtype=numpy.int64)
    leaves = model.predict(features, pred_leaf=True)
    for tree in range(leaves.shape[1]):
        values = numpy.array([round(model.get_leaf_output(tree, leaf) * 1000) for leaf in range(leaves[:, tree].max() + 1)])
        total += values[leaves[:, tree]]
    return total


def cross_validated(features, pages, recipe):
    scores = numpy.zeros(len(features), dtype=numpy.int64)
    for fold in range(FOLDS):
        scores[pages.fold == fold] = score(boosted(features, pages, pages.fold != fold, recipe), features[pages.fold == fold])
    return scores


def among(scores, around, is_prose):
    """A tenth of what is said of prose is what was said of the other runs around it, as in src/html/classifier.rs."""
    def log2(values):
        whole = numpy.floor(numpy.log2(values)).astype(int)
        return whole * 1024 + ((values << 10) >> whole) - 1024

    odds = numpy.trunc((log2(around + 20) - log2(1020 - around)) * 710 / 1049).astype(int)
    return numpy.where(is_prose & (around >= 0), (9 * scores + odds) // 10, scores)


def chosen(pages, scores, bias):
    """What src/html/select.rs keeps: the runs with the best expected F1, by words."""
    share = 1 / (1 + numpy.exp(-(scores + bias) / 1000))
    kept = numpy.zeros(len(scores), dtype=bool)
    for at, count in enumerate(pages.runs):
        part = slice(pages.start[at], pages.start[at] + count)
        if count and scores[part].max() >= -3000:
            words, promise = pages.words[part].astype(float), share[part]
            order = numpy.argsort(-scores[part], kind="stable")
            good = 2 * numpy.cumsum((promise * words)[order]) / (numpy.cumsum(words[order]) + (promise * words).sum() + 1e-9)
            kept[part] = scores[part] >= scores[part][order[good.argmax()]]
    return kept


def grams(words):
    return collections.Counter(tuple(words[i:i + 4]) for i in range(max(1, len(words) - 3))) if words else collections.Counter()


class Figures:
    """The figures of ../shared/tools/score_extraction.py, for chosen runs."""

    def __init__(self, pages):
        self.pages = pages
        with open(pages.work / "n.runs.jsonl", encoding="utf-8") as lines:
            self.texts = [[WORD.findall(run) for run in json.loads(line)["runs"]] for line in lines]
        self.gold = [WORD.findall(row["text"]) for row in pages.rows]
        self.gold_grams = [grams(words) for words in self.gold]

    def of_page(self, at, kept):
        words = [word for run, keeps in zip(self.texts[at], kept) if keeps for word in run]
        found, gold = grams(words), self.gold_grams[at]
        right, there, should = sum((found & gold).values()), sum(found.values()), sum(gold.values())
        precision = right / there if there else None
        recall = right / should if should else None
        return precision, recall, float(words == self.gold[at])

    def say(self, kept, out):
        scores = [self.of_page(at, kept[self.pages.start[at]:self.pages.start[at + 1]]) for at in range(len(self.pages.rows))]
        members = collections.defaultdict(list)
        for at, row in enumerate(self.pages.rows):
            members[self.pages.group[at]].append(at)
            if self.pages.group[at] == "wcxb-other":
                members[f"  {row['page_type']}"].append(at)
        for name, pages in members.items():
            folds = [summary([scores[at] for at in pages if self.pages.fold_of_page[at] == fold])[0] for fold in range(FOLDS)
                     if any(self.pages.fold_of_page[at] == fold for at in pages)]
            f1, precision, recall, exact = summary([scores[at] for at in pages])
            out(f"{name:16} {len(pages):4} pages  F1 {f1:.4f} (by fold {min(folds):.3f}-{max(folds):.3f})  precision {precision:.4f}  "
                f"recall {recall:.4f}  exact {exact:.3f}")
        self.countries(scores, out)
        halves = [(members["wcxb-article"], 171 / 345), (members["wcxb-other"], 174 / 345)]
        parts = [[part * statistics.mean(scores[at][side] for at in pages if scores[at][side] is not None) for pages, part in halves]
                 for side in (0, 1)]
        precision, recall = map(sum, parts)
        out(f"{'wcxb, half of it articles':32} F1 {2 * precision * recall / (precision + recall):.4f}")


    def countries(self, scores, out):
        """Of fundus, those with three pages or more, the worst first."""
        members = collections.defaultdict(list)
        for row, score in zip(self.pages.rows, scores):
            if row["set"] == "fundus":
                members[row["url"].split("/")[0]].append(score)
        said = sorted((summary(pages)[0], name, len(pages)) for name, pages in members.items() if len(pages) >= 3)
        out("  " + ", ".join(f"{name} {f1:.3f} ({count})" for f1, name, count in said))


def summary(scores):
    mean = lambda side: statistics.mean([page[side] for page in scores if page[side] is not None] or [0])
    precision, recall = mean(0), mean(1)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0, precision, recall, mean(2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path), parser.add_argument("program"), parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--figures", type=pathlib.Path), parser.add_argument("--no-models", action="store_true")
    arguments = parser.parse_args()
    pages, said = Pages(arguments.work, arguments.program), []

    def out(text):
        print(text, flush=True)
        said.append(text)

    folder = arguments.work / "weights"
    learn_weights(pages, folder)
    names, features = pages.matrix("features", folder)
    first = cross_validated(features, pages, FIRST)
    seen = numpy.clip(numpy.trunc(first / 10), -BOUND, BOUND).astype("<i2")
    seen.tofile(arguments.work / "first.i16")
    context_names, context = pages.matrix("context", arguments.work / "first.i16")
    both = numpy.column_stack([features, context])
    second = cross_validated(both, pages, SECOND)
    column = lambda name: features[:, names.index(name)]
    around = context[:, context_names.index("s_c1")].astype(int)
    scores = among((first + second) // 2, around, (column("prose") == 1) & (column("linked") < 50))
    numpy.save(arguments.work / "scores.npy", scores)
    figures = Figures(pages)
    out("a perfect labeller of our runs")
    figures.say(pages.taken > 0, out)
    for mode, bias in (("balanced", 0), ("precision", -1200), ("recall", 1200)):
        out(f"\nmode {mode}, cross-validated by site")
        figures.say(chosen(pages, scores, bias), out)
    if arguments.figures:
        arguments.figures.write_text("\n".join(said) + "\n")
    if not arguments.no_models:
        everywhere = numpy.ones(len(pages.taken), dtype=bool)
        for kind in ("names", "words", "types"):
            (arguments.out / f"{kind}.weights").write_bytes((folder / f"{kind}.{FOLDS}").read_bytes())
        for name, matrix, recipe in (("first", features, FIRST), ("second", both, SECOND)):
            (arguments.out / f"{name}.trees").write_bytes(pack_trees(trees_of(boosted(matrix, pages, everywhere, recipe)), matrix.shape[1]))


if __name__ == "__main__":
    main()
