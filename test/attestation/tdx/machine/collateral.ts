/** Writes collateral as Intel's service does, with contents that a test may change. */
import { DAY, type Member, NOW, PCK_VALUES, sign } from './pki.js';

const components = (...svns: number[]) => Array.from({ length: 16 }, (_, i) => ({ svn: svns[i] ?? 0 }));
const iso = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString().replace('.000Z', 'Z');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

/** Two platform levels (the machine of PCK_VALUES reaches the first), two module generations. */
export function tcbInfoJson() {
  const module = { mrsigner: '00'.repeat(48), attributes: '00'.repeat(8), attributesMask: 'FF'.repeat(8) };
  return {
    id: 'TDX',
    version: 3,
    issueDate: iso(-2),
    nextUpdate: iso(28),
    fmspc: hex(PCK_VALUES.fmspc),
    pceId: hex(PCK_VALUES.pceId),
    tcbType: 0,
    tcbEvaluationDataNumber: 18,
    tdxModule: module,
    tdxModuleIdentities: [
      {
        id: 'TDX_01',
        ...module,
        tcbLevels: [
          { tcb: { isvsvn: 4 }, tcbDate: iso(-100), tcbStatus: 'UpToDate' },
          { tcb: { isvsvn: 2 }, tcbDate: iso(-400), tcbStatus: 'OutOfDate', advisoryIDs: ['INTEL-SA-01036'] },
        ],
      },
    ],
    tcbLevels: [
      {
        tcb: {
          sgxtcbcomponents: components(4, 4, 2, 2, 4, 1, 0, 5),
          pcesvn: 13,
          tdxtcbcomponents: components(5, 0, 4),
        },
        tcbDate: iso(-100),
        tcbStatus: 'UpToDate',
        advisoryIDs: [] as string[],
      },
      {
        tcb: { sgxtcbcomponents: components(2, 2, 2, 2), pcesvn: 5, tdxtcbcomponents: components(3, 0, 2) },
        tcbDate: iso(-400),
        tcbStatus: 'OutOfDate',
        advisoryIDs: ['INTEL-SA-00837'],
      },
    ],
  };
}

export function qeIdentityJson() {
  return {
    id: 'TD_QE',
    version: 2,
    issueDate: iso(-3),
    nextUpdate: iso(27),
    tcbEvaluationDataNumber: 17,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: `11${'00'.repeat(15)}`,
    attributesMask: `FB${'FF'.repeat(7)}${'00'.repeat(8)}`,
    mrsigner: 'DC'.repeat(32),
    isvprodid: 2,
    tcbLevels: [
      { tcb: { isvsvn: 6 }, tcbDate: iso(-100), tcbStatus: 'UpToDate' },
      { tcb: { isvsvn: 4 }, tcbDate: iso(-400), tcbStatus: 'OutOfDate', advisoryIDs: ['INTEL-SA-00999'] },
    ],
  };
}

/** `{"<name>":…,"signature":"…"}` by that signer. */
export async function signJson(name: string, value: unknown, signer: Member): Promise<Uint8Array> {
  return signText(name, JSON.stringify(value), signer);
}

export async function signText(name: string, text: string, signer: Member): Promise<Uint8Array> {
  const signature = await sign(signer.keys, new TextEncoder().encode(text));
  return new TextEncoder().encode(
    `{"${name}":${text},"signature":"${Buffer.from(signature).toString('hex')}"}`,
  );
}
