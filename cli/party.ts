/** The commands that run one party each: they differ in name and configuration only. */
import {
  ConfigError,
  EdgeError,
  type EdgeLog,
  edgeLog,
  type RunningParty,
  untilStopped,
} from '../edge/index.js';
import { LedgerError } from '../ledger/index.js';
import { type Command, parsed } from './command.js';
import { CliError } from './error.js';
import { print } from './terminal.js';

interface PartyCommand {
  readonly name: 'relay' | 'gateway' | 'ledger' | 'witness';
  readonly summary: string;
  /** What it is, in a few lines. */
  readonly about: string;
  readonly start: (file: string, log: EdgeLog) => Promise<RunningParty & { readonly key?: string }>;
}

export function partyCommand({ name, summary, about, start }: PartyCommand): Command {
  return {
    name,
    summary,
    help: `sotto ${name} --config FILE

${about}

  --config FILE      JSON, as docs/${name}.schema.json describes it; docs/operate.md explains it

Runs until Ctrl-C or SIGTERM, then finishes the requests in progress. Logs events as JSON lines to standard error.`,
    async run(args) {
      const { values } = parsed({ args: [...args], options: { config: { type: 'string' } } });
      if (values.config === undefined) throw new CliError('usage', `sotto ${name} needs --config FILE.`);
      const log = edgeLog();
      const party = await start(values.config, log).catch((error: unknown) => {
        if (error instanceof EdgeError || error instanceof ConfigError || error instanceof LedgerError)
          log({ event: 'party-failed', party: name, reason: error.code });
        throw error;
      });
      if (party.key !== undefined) print(`Verifier key ${party.key}`);
      print(`Listening on ${party.url}`);
      await untilStopped(party);
      return 0;
    },
  };
}
