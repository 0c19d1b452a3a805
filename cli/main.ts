/** The `sotto` command: finds the subcommand, runs it, and says in one line what went wrong. */
import { AttestationError } from '../attestation/index.js';
import { ClientError } from '../client/index.js';
import { ConfigError, EdgeError } from '../edge/index.js';
import { IssuerError } from '../edge/issuer/index.js';
import { StoreError } from '../edge/store/index.js';
import { LedgerError } from '../ledger/index.js';
import { ModelError } from '../model/index.js';
import { ServerError, VERSION } from '../server/index.js';
import { WireError } from '../wire/index.js';
import type { Command } from './command.js';
import { audit } from './commands/audit.js';
import { demo } from './commands/demo.js';
import { gateway } from './commands/gateway.js';
import { issuer } from './commands/issuer.js';
import { issuerAccount } from './commands/issuer-account.js';
import { ledger } from './commands/ledger.js';
import { modelImport } from './commands/model.js';
import { proofread } from './commands/proofread.js';
import { relay } from './commands/relay.js';
import {
  releaseKey,
  releaseList,
  releasePublish,
  releaseRevoke,
  releaseShow,
  releaseSign,
} from './commands/release.js';
import { reply } from './commands/reply.js';
import { rewrite } from './commands/rewrite.js';
import { serve } from './commands/serve.js';
import { summarize } from './commands/summarize.js';
import { trace } from './commands/trace.js';
import { up } from './commands/up.js';
import { verify } from './commands/verify.js';
import { witness } from './commands/witness.js';
import { CliError } from './error.js';
import { note, print, table } from './terminal.js';
import { verdictTable } from './verdict.js';

// A command whose name begins with another's comes before it.
const commands: readonly Command[] = [
  demo,
  serve,
  summarize,
  reply,
  rewrite,
  proofread,
  verify,
  modelImport,
  up,
  trace,
  relay,
  gateway,
  issuerAccount,
  issuer,
  ledger,
  witness,
  audit,
  releasePublish,
  releaseShow,
  releaseList,
  releaseRevoke,
  releaseSign,
  releaseKey,
];

const help = `sotto COMMAND [options]

Private AI for messages: a server that summarizes chats and helps people write inside a confidential VM, and the
client that verifies it before it sends anything.

${table(commands.map(({ name, summary }) => [`  ${name}`, summary]))}

To begin: sotto model import, then sotto serve, then in another shell sotto summarize examples/chat.txt
sotto COMMAND --help explains a command. sotto --version prints the version.`;

const ours = [
  AttestationError,
  ClientError,
  CliError,
  ConfigError,
  EdgeError,
  IssuerError,
  LedgerError,
  ModelError,
  ServerError,
  StoreError,
  WireError,
];

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (first === '--version') {
    print(VERSION);
    return 0;
  }
  const command = commands.find(({ name }) => name === args.slice(0, name.split(' ').length).join(' '));
  if (!command) {
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      print(help);
      return first === undefined ? 2 : 0;
    }
    const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => `"${name}"`);
    throw new CliError(
      'usage',
      group.length > 0
        ? `Did you mean ${group.join(' or ')}?`
        : `There is no command ${first}: see sotto --help.`,
    );
  }
  const rest = args.slice(command.name.split(' ').length);
  if (rest.includes('--help') || rest.includes('-h')) {
    print(command.help);
    return 0;
  }
  return command.run(rest);
}

/** One line about an error, and the verdict where there is one. @returns the exit code */
function report(error: unknown): number {
  if (!ours.some((kind) => error instanceof kind)) {
    note('error: something went wrong that should not be possible [internal]');
    return 1;
  }
  const { code, message } = error as CliError;
  const { detail, verdict, retryAfter } = error as Partial<ClientError>;
  note(`error: ${message} [${detail === undefined || detail === code ? code : `${code}: ${detail}`}]`);
  if (verdict) note(verdictTable(verdict));
  if (retryAfter !== undefined) note(`Try again in ${retryAfter} s.`);
  return code === 'usage' ? 2 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}
