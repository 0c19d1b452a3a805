package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-tdx-guest/abi"
	"github.com/google/go-tdx-guest/verify"
)

type tdxEvidence struct {
	Quote []byte `json:"quote"`
	// Collateral is verified when it is there, revocation lists included.
	Collateral *tdxCollateral `json:"collateral"`
	// Roots, DER, replace Intel's.
	Roots [][]byte `json:"roots"`
}

// tdxCollateral is what Intel's service answers; certificates are DER.
type tdxCollateral struct {
	TcbInfo          []byte `json:"tcbInfo"`
	TcbInfoSigner    []byte `json:"tcbInfoSigner"`
	QeIdentity       []byte `json:"qeIdentity"`
	QeIdentitySigner []byte `json:"qeIdentitySigner"`
	PckCrl           []byte `json:"pckCrl"`
	PckAuthority     []byte `json:"pckAuthority"`
	RootCrl          []byte `json:"rootCrl"`
	Root             []byte `json:"root"`
}

// verify is go-tdx-guest's judgement of signatures, chains, revocation and patch level.
func (e *tdxEvidence) verify(now time.Time) answer {
	quote, err := abi.QuoteToProto(e.Quote)
	if err != nil {
		return answer{Verify: err.Error()}
	}
	options := &verify.Options{Now: now}
	if e.Collateral != nil {
		options.GetCollateral = true
		options.CheckRevocations = true
		options.Getter = e.Collateral
	}
	if len(e.Roots) > 0 {
		options.TrustedRoots = x509.NewCertPool()
	}
	for _, der := range e.Roots {
		root, err := x509.ParseCertificate(der)
		if err != nil {
			return answer{Verify: err.Error()}
		}
		options.TrustedRoots.AddCert(root)
	}
	return answer{Verify: text(verify.TdxQuote(quote, options))}
}

// Get answers as Intel's service would, from what was stapled.
func (c *tdxCollateral) Get(address string) (map[string][]string, []byte, error) {
	switch {
	case strings.Contains(address, "/tdx/certification/v4/tcb"):
		return c.header("Tcb-Info-Issuer-Chain", c.TcbInfoSigner), c.TcbInfo, nil
	case strings.Contains(address, "/tdx/certification/v4/qe/identity"):
		return c.header("Sgx-Enclave-Identity-Issuer-Chain", c.QeIdentitySigner), c.QeIdentity, nil
	case strings.Contains(address, "/pckcrl"):
		return c.header("Sgx-Pck-Crl-Issuer-Chain", c.PckAuthority), c.PckCrl, nil
	case strings.Contains(address, "RootCA"):
		return nil, c.RootCrl, nil
	default:
		return nil, nil, fmt.Errorf("nothing was stapled for %s", address)
	}
}

func (c *tdxCollateral) header(name string, signer []byte) map[string][]string {
	return map[string][]string{name: {url.QueryEscape(asPem(signer) + asPem(c.Root))}}
}

func asPem(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
