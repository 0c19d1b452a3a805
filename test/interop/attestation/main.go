// Command attestation puts evidence before Google's verifiers, go-sev-guest and go-tdx-guest, so that tests and the bench
// can compare ours with them. It reads requests as lines of JSON from standard input and answers each with a line; byte
// strings are base64. It never touches the network.
//
// Answers go to file descriptor 3: the libraries log to standard output.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// request is one piece of evidence. Kind says which of the other fields count.
type request struct {
	Kind string `json:"kind"`
	// Now is the time of verification, RFC 3339.
	Now time.Time `json:"now"`
	// Repeat verifies so many times, to be timed; 0 counts as 1.
	Repeat int `json:"repeat"`

	SNP *snpEvidence `json:"snp"`
	TDX *tdxEvidence `json:"tdx"`
}

// answer is what the verifier said: empty strings where it had nothing to object to.
type answer struct {
	// Verify is about signatures, chains, revocation and patch level.
	Verify string `json:"verify"`
	// Validate is about the policy; it was asked only when the request names one and Verify is empty.
	Validate string `json:"validate"`
	// Panicked is set when the verifier broke on the input instead of refusing it.
	Panicked bool `json:"panicked"`
	// Nanoseconds that all repetitions took together.
	Nanoseconds int64 `json:"nanoseconds"`
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 16<<20)
	output := json.NewEncoder(os.NewFile(3, "answers"))
	for input.Scan() {
		if err := output.Encode(serve(input.Bytes())); err != nil {
			os.Exit(1)
		}
	}
	if input.Err() != nil {
		fmt.Fprintln(os.Stderr, input.Err())
		os.Exit(1)
	}
}

func serve(line []byte) (found answer) {
	defer func() {
		if broken := recover(); broken != nil {
			found = answer{Verify: fmt.Sprint(broken), Panicked: true}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Verify: "request: " + err.Error()}
	}
	start := time.Now()
	for i := 0; i < max(1, asked.Repeat); i++ {
		found = judge(asked)
	}
	found.Nanoseconds = time.Since(start).Nanoseconds()
	return found
}

func judge(asked request) answer {
	switch asked.Kind {
	case "snp":
		return asked.SNP.verify(asked.Now)
	case "snp-unnamed":
		return asked.SNP.verifyUnnamed(asked.Now)
	case "tdx":
		return asked.TDX.verify(asked.Now)
	default:
		return answer{Verify: "request: unknown kind"}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
