import {
  ClientError,
  connect,
  type SessionEvidence,
  type Verdict,
  verifyEvidence,
} from '../../client/index.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { readEvidence, saveEvidence } from '../evidence-file.js';
import {
  chooseServer,
  chooseTrust,
  type ServerValues,
  serverHelp,
  serverOptions,
  transport,
  warnIfSimulated,
} from '../server-choice.js';
import { print } from '../terminal.js';
import { verdictTable } from '../verdict.js';

interface Values extends ServerValues {
  readonly file?: string | undefined;
  readonly nonce?: string | undefined;
  readonly at?: string | undefined;
  readonly save?: string | undefined;
}

export const verify: Command = {
  name: 'verify',
  summary: "check a server's evidence, line by line",
  help: `sotto verify [URL] [options]
sotto verify --file EVIDENCE --nonce HEX [--at TIME] [options]

Opens a session with a fresh nonce, checks the evidence over it, and prints what was checked. Sends nothing else. With
--file it checks evidence that was saved, and needs no network. The exit code is 0 when every check passed.

  --save FILE        keep the evidence, whatever came of it, and print how to verify it offline
  --file EVIDENCE    what --save kept: the answer that opened a session
  --nonce HEX        the nonce of that session (64 hexadecimal digits)
  --at TIME          when the evidence has to hold: ISO 8601 in UTC, 2026-01-31T12:00:00Z (default: now)
  --json             print the verdict as a JSON document
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...serverOptions,
        file: { type: 'string' },
        nonce: { type: 'string' },
        at: { type: 'string' },
        save: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [url = values.url, ...more] = positionals;
    if (more.length > 0) throw new CliError('usage', 'Verify one server at a time.');
    const verdict = await verdictOn({ ...values, url });
    warnIfSimulated({ verdict });
    print(values.json ? JSON.stringify(readable(verdict), null, 2) : verdictTable(verdict));
    if (!values.json) print(verdict.ok ? 'verified' : 'NOT verified: do not use this server');
    return verdict.ok ? 0 : 1;
  },
};

async function verdictOn(values: Values): Promise<Verdict> {
  const { file, nonce, at, url, save } = values;
  if (file === undefined) {
    if (nonce === undefined && at === undefined) return verdictOnline(values);
    throw new CliError('usage', '--nonce and --at go with --file.');
  }
  if (url !== undefined || save !== undefined) {
    throw new CliError('usage', '--file is verified offline: it goes with neither a server nor --save.');
  }
  const evidence = await readEvidence({ file, nonce, at });
  return verifyEvidence({ ...evidence, ...(await chooseTrust(values)) });
}

async function verdictOnline(values: Values): Promise<Verdict> {
  const choice = await chooseServer(values);
  let at = new Date();
  const session = connect({ ...choice, ...transport(choice, values), now: () => (at = new Date()) });
  if (values.save === undefined) return (await found(session)).verdict;
  const { verdict, evidence, error } = await found(session);
  // Over RA-TLS the machine can fail before there is a session, and then there is nothing of one to keep.
  if (!evidence) throw error;
  await saveEvidence(values.save, evidence, at, choice.options);
  return verdict;
}

interface Found {
  readonly verdict: Verdict;
  readonly evidence?: SessionEvidence | undefined;
  readonly error?: ClientError;
}

/** Evidence that does not hold is an answer too. */
async function found(session: Promise<Found>): Promise<Found> {
  try {
    return await session;
  } catch (error) {
    if (!(error instanceof ClientError) || !error.verdict) throw error;
    return { verdict: error.verdict, evidence: error.evidence, error };
  }
}

/** Bytes as hexadecimal. */
function readable(verdict: Verdict): object {
  return JSON.parse(
    JSON.stringify(verdict, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ),
  ) as object;
}
