"""ONNX Runtime's Python I/O binding on a pack's graph: keys and values in place, greedy.

Reads a JSON configuration from its first argument, then answers each line of standard input with a line of JSON.
"""

import json
import sys
import time

import numpy as np
import onnxruntime as ort

config = json.loads(sys.argv[1])
options = ort.SessionOptions()
options.intra_op_num_threads = config["threads"]
session = ort.InferenceSession(config["graph"], options, providers=["CPUExecutionProvider"])
capacity = config["capacity"]


def generate(prompt, count):
    """Tokens, and the seconds until the first logits and for all further ones."""
    shape = (1, config["kvHeads"], capacity, config["headSize"])
    cache = {}
    for layer in range(config["layers"]):
        for kind in ("key", "value"):
            cache[f"{layer}.{kind}"] = ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32))
    kept = ort.OrtValue.ortvalue_from_numpy(np.array(1, np.int64))
    mask = np.ones((1, capacity), np.int64)
    logits = ort.OrtValue.ortvalue_from_numpy(np.zeros((1, 1, config["vocabulary"]), np.float32))
    binding = session.io_binding()
    for name, value in cache.items():
        binding.bind_ortvalue_input(f"past_key_values.{name}", value)
        binding.bind_ortvalue_output(f"present.{name}", value)
    binding.bind_ortvalue_input("num_logits_to_keep", kept)
    binding.bind_ortvalue_output("logits", logits)

    def step(tokens, total):
        ids = ort.OrtValue.ortvalue_from_numpy(np.array([tokens], np.int64))
        seen = ort.OrtValue.ortvalue_from_numpy(mask[:, :total])
        binding.bind_ortvalue_input("input_ids", ids)
        binding.bind_ortvalue_input("attention_mask", seen)
        session.run_with_iobinding(binding)
        return int(np.argmax(logits.numpy()))

    start = time.perf_counter()
    tokens = [step(prompt, len(prompt))]
    middle = time.perf_counter()
    while len(tokens) < count:
        tokens.append(step(tokens[-1:], len(prompt) + len(tokens)))
    return tokens, middle - start, time.perf_counter() - middle


print(json.dumps({"version": ort.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    tokens, prefill, decode = generate(job["prompt"], job["count"])
    print(json.dumps({"tokens": tokens, "prefillMs": prefill * 1000, "decodeMs": decode * 1000}), flush=True)
