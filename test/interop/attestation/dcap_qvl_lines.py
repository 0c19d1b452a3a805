"""
Puts TDX evidence before dcap-qvl: the requests and answers of main.go, as far as they are about TDX. The first argument
is the folder that dcap-qvl is installed in.
"""

import base64
import datetime
import json
import os
import ssl
import sys
import time

sys.path.insert(0, sys.argv[1])
import dcap_qvl  # noqa: E402


def collateral_of(parts):
    """Intel's answers in the parts that Intel's quote verification library takes."""

    def chain(*names):
        return "".join(ssl.DER_cert_to_PEM_cert(base64.b64decode(parts[name])) for name in names)

    def signed(name, key):
        # Whoever changed a byte of the answer may have made it no JSON at all: that is refused too.
        answer = base64.b64decode(parts[name]).decode().strip()
        prefix, tail = '{"%s":' % key, ',"signature":"'
        body, signature = answer.rsplit(tail, 1)
        if not body.startswith(prefix) or not signature.endswith('"}'):
            raise ValueError("not an answer of Intel's service")
        return body[len(prefix) :], signature[:-2]

    tcb_info, tcb_info_signature = signed("tcbInfo", "tcbInfo")
    qe_identity, qe_identity_signature = signed("qeIdentity", "enclaveIdentity")
    return dcap_qvl.QuoteCollateralV3.from_json(
        json.dumps(
            {
                "pck_crl_issuer_chain": chain("pckAuthority", "root"),
                "root_ca_crl": base64.b64decode(parts["rootCrl"]).hex(),
                "pck_crl": base64.b64decode(parts["pckCrl"]).hex(),
                "tcb_info_issuer_chain": chain("tcbInfoSigner", "root"),
                "tcb_info": tcb_info,
                "tcb_info_signature": tcb_info_signature,
                "qe_identity_issuer_chain": chain("qeIdentitySigner", "root"),
                "qe_identity": qe_identity,
                "qe_identity_signature": qe_identity_signature,
            }
        )
    )


def judge(request):
    evidence = request["tdx"]
    quote = base64.b64decode(evidence["quote"])
    now = int(datetime.datetime.fromisoformat(request["now"].replace("Z", "+00:00")).timestamp())
    try:
        roots = [base64.b64decode(root) for root in evidence.get("roots", [])]
        for _ in range(request.get("repeat", 1)):
            collateral = collateral_of(evidence["collateral"])
            report = (
                dcap_qvl.verify_with_root_ca(quote, collateral, roots[0], now)
                if roots
                else dcap_qvl.verify(quote, collateral, now)
            )
    except (ValueError, KeyError, UnicodeDecodeError) as error:
        return str(error)
    return "" if report.status == "UpToDate" else report.status


answers = os.fdopen(3, "w")
for line in sys.stdin:
    start = time.perf_counter_ns()
    said, panicked = "", False
    try:
        said = judge(json.loads(line))
    except BaseException as broken:  # pyo3 hands on a panic as an exception of its own
        said, panicked = str(broken), True
    spent = time.perf_counter_ns() - start
    answer = {"verify": said, "validate": "", "panicked": panicked, "nanoseconds": spent}
    print(json.dumps(answer), file=answers, flush=True)
