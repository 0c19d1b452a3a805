import { type Command, parsed } from '../command.js';
import { print } from '../terminal.js';
import { readTrace, TRACE_FILE } from '../up/trace-file.js';
import { lastRequest, PARTIES, section, withMachines } from '../up/trace-view.js';

export const trace: Command = {
  name: 'trace',
  summary: 'show what each party of "sotto up" saw of the last request',
  help: `sotto trace [options]

Prints all that issuer, relay, gateway and machine saw of the last request that went through "sotto up": addresses, sizes,
tokens, ciphertext. Of the issuer: what it saw since the request before, often nothing. What a machine is sent is what the
gateway passes on.

  --all              of all requests that are remembered, not only of the last one
  --json             as a JSON document
  --trace FILE       where "sotto up" left it (default ${TRACE_FILE})`,
  async run(args) {
    const { values } = parsed({
      args: [...args],
      options: {
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        trace: { type: 'string', default: TRACE_FILE },
      },
    });
    const seen = readTrace(values.trace);
    const shown = withMachines(values.all ? seen : lastRequest(seen));
    if (values.json) print(JSON.stringify(shown, null, 2));
    else for (const party of PARTIES) print(section(party, shown));
    return 0;
  },
};
