"""Builds the ONNX graph of a BERT encoder from its weights and quantises it to int8, per channel.

The graph follows the published formulas of BERT (Devlin et al. 2019): embeddings, then per layer multi-head attention and a feed-forward
network with GELU, each followed by a residual and a layer normalisation. Query, key and value share one matrix product, and token types are
folded into the embeddings, since a text to embed is always of type 0.

The fp32 graph is compared with the same formulas in NumPy, the int8 graph with the fp32 graph. int8 must be per channel: with one scale per matrix
the cosine falls to 0.94.
"""

import json
import logging
import tempfile
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

OPSET = 17
FAITHFUL_GRAPH = 0.99999
FAITHFUL_INT8 = 0.98

SAMPLES = [
    "how do i return a parcel that was opened?",
    "the warranty covers manufacturing defects for two years from the day of delivery.",
    "refunds reach your card within 5 working days; shipping costs above 20 euros are not refunded unless the item was faulty.",
    "members of the gold level collect two points for each full euro. points expire after 24 months.",
    "please send me an invoice with our company name and tax number.",
    "hello",
]


class Unfaithful(Exception):
    """A graph does not compute what it should."""


def convert(source: Path, target: Path) -> str:
    """Converts the model in folder `source` to the int8 graph `target` and says how faithful it is."""
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
        raise Unfaithful(f"{config['model_type']} with {config['hidden_act']} is not a BERT with GELU")
    weights = load_file(source / "model.safetensors")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        exact = Path(folder) / "fp32.onnx"
        onnx.save(graph(weights, config), exact)
        quantise(exact, target)
        rows = [word_pieces(text, vocabulary(source)) for text in SAMPLES]
        exact_session, int8_session = (onnxruntime.InferenceSession(str(path)) for path in (exact, target))
        by_formula = [pooled(forward(weights, config, ids)) for ids in rows]
        by_graph = [pooled(run(exact_session, ids)) for ids in rows]
        by_int8 = [pooled(run(int8_session, ids)) for ids in rows]
    graph_cosine = min(float(a @ b) for a, b in zip(by_formula, by_graph))
    int8_cosine = min(float(a @ b) for a, b in zip(by_graph, by_int8))
    if graph_cosine < FAITHFUL_GRAPH:
        raise Unfaithful(f"cosine between graph and formulas is {graph_cosine:.6f}, below {FAITHFUL_GRAPH}")
    if int8_cosine < FAITHFUL_INT8:
        raise Unfaithful(f"cosine between int8 and fp32 is {int8_cosine:.4f}, below {FAITHFUL_INT8}")
    return f"lowest cosine on {len(SAMPLES)} texts: graph to formulas {graph_cosine:.7f}, int8 to fp32 {int8_cosine:.4f}"


def quantise(exact: Path, target: Path) -> None:
    # Shape inference gives up at the reshapes, so the quantiser is told that what it cannot infer is float; its advice to
    # run a pre-processing (which would not help) is not for the person who reads this script's output.
    logging.disable(logging.WARNING)
    options = {"DefaultTensorType": TensorProto.FLOAT}
    quantize_dynamic(exact, target, per_channel=True, weight_type=QuantType.QInt8, extra_options=options)


def graph(weights: dict, config: dict) -> onnx.ModelProto:
    """The fp32 graph: `input_ids`, `attention_mask` [batch, sequence] → `last_hidden_state` [batch, sequence, hidden]."""
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    epsilon, width = config["layer_norm_eps"], hidden // heads
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(numpy.asarray(array, order="C"), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def dense(values, name, matrix, bias):
        product = node("MatMul", [values, constant(f"{name}.weight", matrix)], f"{name}.product")
        return node("Add", [product, constant(f"{name}.bias", bias)], name)

    def normalised(values, name, key):
        scale = constant(f"{name}.scale", weights[f"{key}.weight"])
        shift = constant(f"{name}.shift", weights[f"{key}.bias"])
        return node("LayerNormalization", [values, scale, shift], name, axis=-1, epsilon=epsilon)

    integers = lambda *values: numpy.array(values, dtype=numpy.int64)
    zero, one = constant("zero", integers(0)), constant("one", integers(1))

    # Embeddings: word + position (with the one token type folded in).
    word_table = constant("words", weights["embeddings.word_embeddings.weight"])
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    words = node("Gather", [word_table, "input_ids"], "word_embeddings")
    shape = node("Shape", ["input_ids"], "shape")
    length = node("Slice", [shape, one, constant("two", integers(2))], "length")
    places = node("Slice", [constant("positions", positions), zero, length, zero], "place_embeddings")
    state = normalised(node("Add", [words, places], "embeddings"), "embedded", "embeddings.LayerNorm")

    # Padding gets a bias that softmax turns into nothing: [batch, 1, 1, sequence].
    mask = node("Cast", [node("Unsqueeze", ["attention_mask", constant("axes", integers(1, 2))], "mask4")], "mask_float", to=1)
    absent = node("Sub", [constant("unit", numpy.float32(1.0)), mask], "absent")
    bias = node("Mul", [absent, constant("lowest", numpy.float32(-1e4))], "mask_bias")

    split_heads = constant("split_heads", integers(0, 0, 3, heads, width))
    join_heads = constant("join_heads", integers(0, 0, hidden))
    half = constant("half", numpy.float32(0.5))
    root = constant("root", numpy.float32(numpy.sqrt(2.0)))
    for number in range(config["num_hidden_layers"]):
        layer, key = f"layer{number}", f"encoder.layer.{number}"
        matrix, offset = attention_input(weights, key, width)
        mixed = node("Reshape", [dense(state, f"{layer}.qkv", matrix, offset), split_heads], f"{layer}.split")
        # [batch, sequence, 3, heads, width] → [3, batch, heads, sequence, width]
        turned = node("Transpose", [mixed], f"{layer}.turned", perm=[2, 0, 3, 1, 4])
        question, subject, value = (
            node("Gather", [turned, constant(f"{layer}.pick{index}", numpy.int64(index))], f"{layer}.{part}", axis=0)
            for index, part in enumerate(["question", "subject", "value"])
        )
        across = node("Transpose", [subject], f"{layer}.across", perm=[0, 1, 3, 2])
        scores = node("Add", [node("MatMul", [question, across], f"{layer}.dot"), bias], f"{layer}.scores")
        heed = node("Softmax", [scores], f"{layer}.heed", axis=-1)
        context = node("MatMul", [heed, value], f"{layer}.context")
        joined = node("Transpose", [context], f"{layer}.side_by_side", perm=[0, 2, 1, 3])
        joined = node("Reshape", [joined, join_heads], f"{layer}.joined")
        output = f"{key}.attention.output"
        attended = dense(joined, f"{layer}.attended", weights[f"{output}.dense.weight"].T, weights[f"{output}.dense.bias"])
        state = normalised(node("Add", [attended, state], f"{layer}.sum1"), f"{layer}.norm1", f"{output}.LayerNorm")

        inner = f"{key}.intermediate.dense"
        wide = dense(state, f"{layer}.wide", weights[f"{inner}.weight"].T, weights[f"{inner}.bias"])
        # GELU(x) = x · (1 + erf(x / √2)) / 2, in the order that ONNX Runtime knows how to fuse.
        erf = node("Erf", [node("Div", [wide, root], f"{layer}.div")], f"{layer}.erf")
        raised = node("Add", [erf, constant(f"{layer}.plus", numpy.float32(1.0))], f"{layer}.raised")
        gelu = node("Mul", [node("Mul", [wide, raised], f"{layer}.times"), half], f"{layer}.gelu")
        output = f"{key}.output"
        narrow = dense(gelu, f"{layer}.narrow", weights[f"{output}.dense.weight"].T, weights[f"{output}.dense.bias"])
        name = "last_hidden_state" if number == config["num_hidden_layers"] - 1 else f"{layer}.norm2"
        state = normalised(node("Add", [narrow, state], f"{layer}.sum2"), name, f"{output}.LayerNorm")

    token = lambda name: helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
    result = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", hidden])
    built = helper.make_graph(nodes, "bert", [token("input_ids"), token("attention_mask")], [result], constants)
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="frontdesk", ir_version=8)
    onnx.checker.check_model(model)
    return model


def attention_input(weights: dict, key: str, width: int) -> tuple:
    """Query, key and value side by side; the query carries the 1/√width of the attention's scale."""
    scale = numpy.float32(1.0 / numpy.sqrt(width))
    part = lambda name, what: weights[f"{key}.attention.self.{name}.{what}"]
    matrix = numpy.concatenate([part("query", "weight").T * scale, part("key", "weight").T, part("value", "weight").T], axis=1)
    offset = numpy.concatenate([part("query", "bias") * scale, part("key", "bias"), part("value", "bias")])
    return matrix, offset


def forward(weights: dict, config: dict, ids: list) -> numpy.ndarray:
    """The formulas once more, in NumPy and as in the paper (no fused matrices), for one text: [sequence, hidden]."""
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]

    def linear(values, name):
        return values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def layer_norm(values, name):
        centred = values - values.mean(-1, keepdims=True)
        deviation = numpy.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
        return centred / deviation * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    state = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
    state = layer_norm(state + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(config["num_hidden_layers"]):
        key = f"encoder.layer.{number}"
        question, subject, value = (
            linear(state, f"{key}.attention.self.{part}").reshape(len(ids), heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = question @ subject.transpose(0, 2, 1) / numpy.sqrt(question.shape[-1])
        heed = numpy.exp(scores - scores.max(-1, keepdims=True))
        context = (heed / heed.sum(-1, keepdims=True)) @ value
        context = context.transpose(1, 0, 2).reshape(len(ids), -1)
        state = layer_norm(linear(context, f"{key}.attention.output.dense") + state, f"{key}.attention.output.LayerNorm")
        wide = linear(state, f"{key}.intermediate.dense").astype(numpy.float64)
        wide = (wide * 0.5 * (1.0 + error_function(wide / numpy.sqrt(2.0)))).astype(numpy.float32)
        state = layer_norm(linear(wide, f"{key}.output.dense") + state, f"{key}.output.LayerNorm")
    return state


def error_function(values: numpy.ndarray) -> numpy.ndarray:
    """erf by Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * numpy.abs(values))
    factors = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    polynomial = sum(factor * t ** (power + 1) for power, factor in enumerate(factors))
    return numpy.sign(values) * (1.0 - polynomial * numpy.exp(-values * values))


def run(session: onnxruntime.InferenceSession, ids: list) -> numpy.ndarray:
    row = numpy.array([ids], dtype=numpy.int64)
    return session.run(None, {"input_ids": row, "attention_mask": numpy.ones_like(row)})[0][0]


def pooled(state: numpy.ndarray) -> numpy.ndarray:
    mean = state.mean(0)
    return mean / numpy.linalg.norm(mean)


def vocabulary(source: Path) -> dict:
    lines = (source / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}


def word_pieces(text: str, pieces: dict) -> list:
    """Greedy longest match, enough for the lower-case samples above."""
    spaced = "".join(f" {letter} " if not letter.isalnum() else letter for letter in text)
    ids = [pieces["[CLS]"]]
    for word in spaced.split():
        start = 0
        while start < len(word):
            marks = ["" if start == 0 else "##"]
            end = next(e for e in range(len(word), start, -1) if marks[0] + word[start:e] in pieces)
            ids.append(pieces[marks[0] + word[start:end]])
            start = end
    return ids + [pieces["[SEP]"]]
