import { ClientError, type Verdict } from '../../client/index.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { openSession, serverHelp, serverOptions, warnIfSimulated } from '../server-choice.js';
import { print } from '../terminal.js';
import { verdictTable } from '../verdict.js';

export const verify: Command = {
  name: 'verify',
  summary: "check a server's evidence, line by line",
  help: `sotto verify [URL] [options]

Opens a session with a fresh nonce, checks the evidence over it, and prints what was checked. Sends nothing else. The exit
code is 0 when every check passed.

  --json             print the verdict as a JSON document
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...serverOptions, json: { type: 'boolean', default: false } },
    });
    const [url = values.url, ...more] = positionals;
    if (more.length > 0) throw new CliError('usage', 'Verify one server at a time.');
    const verdict = await verdictOn({ ...values, url });
    print(values.json ? JSON.stringify(readable(verdict), null, 2) : verdictTable(verdict));
    if (!values.json) print(verdict.ok ? 'verified' : 'NOT verified: do not use this server');
    return verdict.ok ? 0 : 1;
  },
};

async function verdictOn(server: Parameters<typeof openSession>[0]): Promise<Verdict> {
  try {
    const session = await openSession(server, new AbortController().signal);
    warnIfSimulated(session);
    return session.verdict;
  } catch (error) {
    if (error instanceof ClientError && error.verdict) return error.verdict;
    throw error;
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
