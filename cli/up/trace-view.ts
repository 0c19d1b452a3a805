/** What the parties saw, as a person reads it. */
import type { Seen, SeenBytes } from '../../edge/index.js';

export const PARTIES = ['issuer', 'relay', 'gateway', 'machine'] as const;

const ASKING = /^\/v1\/sessions\/(.+)$/;

/**
 * The last sealed request and what belongs to it: the opening of its session, what the relay saw of both, and what the
 * issuer saw since the request before. The relay cannot tell what belongs together; what it passed on is complete just
 * after what the gateway answered.
 */
export function lastRequest(seen: readonly Seen[]): readonly Seen[] {
  const asked = seen.findLastIndex(({ what }) => ASKING.test(what));
  const before = seen.slice(0, Math.max(0, asked)).findLastIndex(({ what }) => ASKING.test(what));
  const issuer = seen.slice(before + 1, asked + 1).filter(({ party }) => party === 'issuer');
  const session = ASKING.exec(seen[asked]?.what ?? '')?.[1];
  const opened = seen.findIndex(({ what, facts }) => what === '/v1/sessions' && facts['session'] === session);
  const passed = [opened, asked]
    .filter((at) => at >= 0)
    .flatMap((at) => {
      const relayed = seen.slice(at).find(({ party }) => party === 'relay');
      return relayed ? [relayed, seen[at]!] : [seen[at]!];
    });
  return [...issuer, ...passed];
}

/**
 * The same, and what the machines were sent and answered: the gateway passes both through as they are. A machine itself
 * has nothing that could record what it is sent.
 */
export function withMachines(seen: readonly Seen[]): readonly Seen[] {
  return seen.flatMap((one) => {
    const { machine, session } = one.facts;
    if (one.party !== 'gateway' || machine === undefined) return [one];
    const facts = session === undefined ? {} : { session };
    return [one, { ...one, party: 'machine', from: 'the gateway', to: machine, facts }];
  });
}

export function section(party: string, seen: readonly Seen[]): string {
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
  if (total === 0) return 'nothing';
  const sizes = [...new Set(pieces)].slice(0, 4).join(', ');
  const count = pieces.length === 1 ? '' : ` in ${pieces.length} pieces of ${sizes}`;
  return `${total} bytes${count}: ${starts}…`;
}

/** One row a party: how much came by, from where, and what of it was readable. */
export function summaryRows(seen: readonly Seen[]): readonly (readonly string[])[] {
  const rows = PARTIES.map((party) => {
    const all = seen.filter((one) => one.party === party);
    const bytes = all.flatMap(({ request, response }) => [...request.pieces, ...response.pieces]);
    const words = (of: (one: Seen) => readonly string[]) => [...new Set(all.flatMap(of))].join(', ');
    return [
      party,
      String(all.length),
      bytes.reduce((sum, size) => sum + size, 0).toLocaleString('en-US'),
      words(({ from }) => [from]),
      words(({ facts }) => Object.keys(facts)) || 'nothing',
    ];
  });
  return [['', 'exchanges', 'bytes', 'from', 'could read, beside sizes and times'], ...rows];
}
