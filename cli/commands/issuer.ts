import { jsonLog, readIssuerConfig, reasonOf, startIssuer } from '../../edge/issuer/index.js';
import { untilStopped } from '../../edge/stop.js';
import { type Command, parsed } from '../command.js';
import { CliError } from '../error.js';
import { print } from '../terminal.js';

export const issuer: Command = {
  name: 'issuer',
  summary: 'run the issuer of anonymous tokens',
  help: `sotto issuer --config FILE

Gives tokens to accounts until Ctrl-C, and logs events as JSON lines to standard error. docs/issuer.md explains the
configuration, docs/issuer.schema.json describes it to editors.

  --config FILE      the configuration, JSON

sotto issuer account makes an account's key.`,
  async run(args) {
    const { values } = parsed({ args: [...args], options: { config: { type: 'string' } } });
    if (values.config === undefined) throw new CliError('usage', 'Name a configuration with --config.');
    const config = await readIssuerConfig(values.config);
    const log = jsonLog();
    try {
      const running = await startIssuer({ config, log });
      print(`Listening on ${running.url}`);
      await untilStopped(running);
      return 0;
    } catch (error) {
      log({ event: 'issuer-failed', reason: reasonOf(error) });
      throw error;
    }
  },
};
