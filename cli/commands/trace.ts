import type { Seen, SeenBytes } from '../../edge/index.js';
import { type Command, parsed } from '../command.js';
import { print } from '../terminal.js';
import { readTrace, TRACE_FILE } from '../up/trace-file.js';

export const trace: Command = {
  name: 'trace',
  summary: 'show what each party of "sotto up" saw of the last request',
  help: `sotto trace [options]

Prints all that relay and gateway saw of the last request that went through "sotto up": addresses, sizes, tokens,
ciphertext. What a machine is sent is what the gateway passes on.

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
    const shown = values.all ? seen : lastRequest(seen);
    if (values.json) print(JSON.stringify(shown, null, 2));
    else for (const party of ['relay', 'gateway']) print(section(party, shown));
    return 0;
  },
};

const ASKING = /^\/v1\/sessions\/(.+)$/;

/**
 * The last sealed request and what belongs to it: the opening of its session, and what the relay saw of both. The relay
 * cannot tell what belongs together; what it passed on is complete just after what the gateway answered.
 */
function lastRequest(seen: readonly Seen[]): readonly Seen[] {
  const asked = seen.findLastIndex(({ what }) => ASKING.test(what));
  const session = ASKING.exec(seen[asked]?.what ?? '')?.[1];
  const opened = seen.findIndex(({ what, facts }) => what === '/v1/sessions' && facts['session'] === session);
  return [opened, asked]
    .filter((at) => at >= 0)
    .flatMap((at) => {
      const passed = seen.slice(at).find(({ party }) => party === 'relay');
      return passed ? [passed, seen[at]!] : [seen[at]!];
    });
}

function section(party: string, seen: readonly Seen[]): string {
  const lines = seen.filter((one) => one.party === party).flatMap(describe);
  return `${party} saw:\n${lines.length > 0 ? lines.join('\n') : '  nothing'}\n`;
}

function describe({ what, from, to, request, response, facts }: Seen): string[] {
  return [
    `  ${what}`,
    `    from      ${from}`,
    `    to        ${facts['machine'] ?? to}`,
    `    request   ${bytesOf(request)}`,
    `    response  ${bytesOf(response)}`,
    ...Object.entries(facts)
      .filter(([name]) => name !== 'machine')
      .map(
        ([name, value]) => `    ${name.padEnd(10)}${value.length > 60 ? `${value.slice(0, 60)}…` : value}`,
      ),
  ];
}

function bytesOf({ pieces, starts }: SeenBytes): string {
  const total = pieces.reduce((sum, size) => sum + size, 0);
  const sizes = [...new Set(pieces)].slice(0, 4).join(', ');
  const count = pieces.length === 1 ? '' : ` in ${pieces.length} pieces of ${sizes}`;
  return `${total} bytes${count}: ${starts}…`;
}
