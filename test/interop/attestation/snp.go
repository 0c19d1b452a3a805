package main

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/google/go-sev-guest/abi"
	"github.com/google/go-sev-guest/kds"
	"github.com/google/go-sev-guest/proto/sevsnp"
	"github.com/google/go-sev-guest/validate"
	"github.com/google/go-sev-guest/verify"
	"github.com/google/go-sev-guest/verify/trust"
)

type snpEvidence struct {
	Report []byte `json:"report"`
	// Table is the host's certificate table, as auxblob has it.
	Table []byte `json:"table"`
	// Root replaces AMD's roots.
	Root *snpRoot `json:"root"`
	// Policy is checked when it is there.
	Policy *snpPolicy `json:"policy"`
}

type snpRoot struct {
	Ark  []byte `json:"ark"`
	Ask  []byte `json:"ask"`
	Asvk []byte `json:"asvk"`
}

// snpPolicy mirrors the parts of our policy that go-sev-guest knows too.
type snpPolicy struct {
	Measurement  []byte `json:"measurement"`
	HostData     []byte `json:"hostData"`
	GuestSvn     uint32 `json:"guestSvn"`
	SingleSocket bool   `json:"singleSocket"`
	SMT          bool   `json:"smt"`
	MinimumSnp   uint8  `json:"minimumSnp"`
}

func (e *snpEvidence) attestation() (*sevsnp.Attestation, error) {
	if len(e.Report) != abi.ReportSize {
		return nil, fmt.Errorf("a report has %d bytes, not %d", abi.ReportSize, len(e.Report))
	}
	report, err := abi.ReportToProto(e.Report)
	if err != nil {
		return nil, err
	}
	table := new(abi.CertTable)
	if err := table.Unmarshal(e.Table); err != nil {
		return nil, err
	}
	return &sevsnp.Attestation{Report: report, CertificateChain: table.Proto()}, nil
}

// verify is go-sev-guest's whole judgement: verify.SnpAttestation, then validate.SnpAttestation.
func (e *snpEvidence) verify(now time.Time) answer {
	attestation, err := e.attestation()
	if err != nil {
		return answer{Verify: err.Error()}
	}
	options := &verify.Options{DisableCertFetching: true, Now: now}
	if e.Root != nil {
		certificates, err := e.Root.parse()
		if err != nil {
			return answer{Verify: err.Error()}
		}
		root := &trust.AMDRootCerts{ProductLine: "Milan", ProductCerts: certificates}
		options.TrustedRoots = map[string][]*trust.AMDRootCerts{"Milan": {root}}
	}
	if err := verify.SnpAttestation(attestation, options); err != nil {
		return answer{Verify: err.Error()}
	}
	if e.Policy == nil {
		return answer{}
	}
	return answer{Validate: text(validate.SnpAttestation(attestation, e.Policy.options()))}
}

// verifyUnnamed judges evidence whose certificates do not bear AMD's names, which verify.SnpAttestation insists on. The
// rest is go-sev-guest's: the report's format, the table, the VCEK's extensions, the report's signature, the validation.
func (e *snpEvidence) verifyUnnamed(now time.Time) answer {
	attestation, err := e.attestation()
	if err != nil {
		return answer{Verify: err.Error()}
	}
	certificates, err := e.Root.parse()
	if err != nil {
		return answer{Verify: err.Error()}
	}
	vcek, err := x509.ParseCertificate(attestation.GetCertificateChain().GetVcekCert())
	if err != nil {
		return answer{Verify: err.Error()}
	}
	if _, err := vcek.Verify(*certificates.X509Options(now, abi.VcekReportSigner)); err != nil {
		return answer{Verify: err.Error()}
	}
	if _, err := kds.VcekCertificateExtensions(vcek); err != nil {
		return answer{Verify: err.Error()}
	}
	if err := verify.SnpReportSignature(e.Report, vcek); err != nil {
		return answer{Verify: err.Error()}
	}
	return answer{Validate: text(validate.SnpAttestation(attestation, e.Policy.options()))}
}

func (r *snpRoot) parse() (*trust.ProductCerts, error) {
	certificates := new(trust.ProductCerts)
	for _, part := range []struct {
		der  []byte
		into **x509.Certificate
	}{{r.Ark, &certificates.Ark}, {r.Ask, &certificates.Ask}, {r.Asvk, &certificates.Asvk}} {
		if len(part.der) == 0 {
			continue
		}
		certificate, err := x509.ParseCertificate(part.der)
		if err != nil {
			return nil, err
		}
		*part.into = certificate
	}
	return certificates, nil
}

func (p *snpPolicy) options() *validate.Options {
	vmpl := 0
	minimum := kds.TCBParts{SnpSpl: p.MinimumSnp}
	return &validate.Options{
		GuestPolicy:               abi.SnpPolicy{SMT: p.SMT, SingleSocket: p.SingleSocket},
		MinimumGuestSvn:           p.GuestSvn,
		Measurement:               p.Measurement,
		HostData:                  p.HostData,
		MinimumTCB:                minimum,
		MinimumLaunchTCB:          minimum,
		PermitProvisionalFirmware: true,
		VMPL:                      &vmpl,
	}
}
