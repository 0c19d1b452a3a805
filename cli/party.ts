/** The commands that run one party each: they differ in name and configuration only. */
import {
  ConfigError,
  EdgeError,
  type EdgeLog,
  edgeLog,
  IssuerError,
  type Party,
  type PartyFailure,
  type RunningParty,
  StoreError,
  untilStopped,
} from '../edge/index.js';
import { LedgerError } from '../ledger/index.js';
import { type Command, parsed } from './command.js';
import { CliError } from './error.js';
import { print } from './terminal.js';

interface PartyCommand {
  readonly name: Party;
  readonly summary: string;
  /** What it is, in a few lines. */
  readonly about: string;
  /** Where its configuration is explained. */
  readonly page: string;
  readonly start: (file: string, log: EdgeLog) => Promise<RunningParty & { readonly key?: string }>;
}

export function partyCommand({ name, summary, about, page, start }: PartyCommand): Command {
  return {
    name,
    summary,
    help: `sotto ${name} --config FILE

${about}

  --config FILE      JSON, as docs/${name}.schema.json describes it; ${page} explains it

Runs until Ctrl-C or SIGTERM, then finishes the requests in progress. Logs events as JSON lines to standard error.`,
    async run(args) {
      const { values } = parsed({ args: [...args], options: { config: { type: 'string' } } });
      if (values.config === undefined) throw new CliError('usage', `sotto ${name} needs --config FILE.`);
      const log = edgeLog();
      const party = await start(values.config, log).catch((error: unknown) => {
        const known = [EdgeError, ConfigError, IssuerError, LedgerError, StoreError].find(
          (kind) => error instanceof kind,
        );
        if (known)
          log({ event: 'party-failed', party: name, reason: (error as { code: PartyFailure }).code });
        throw error;
      });
      if (party.key !== undefined) print(`Verifier key ${party.key}`);
      print(`Listening on ${party.url}`);
      await untilStopped(party);
      return 0;
    },
  };
}
