/** Who is between, what they can see in principle, and what relay and gateway saw of late on this machine. */
import type { ShieldView } from '../worker/view.js';

interface SeenOne {
  readonly party: string;
  readonly what: string;
  readonly from: string;
  readonly request: { readonly pieces: readonly number[] };
  readonly response: { readonly pieces: readonly number[] };
  readonly facts: Readonly<Record<string, string>>;
}

const PARTIES = [
  ['issuer', 'Token issuer', 'that you have an account, and how many tokens you got. Never what for.'],
  ['relay', 'Relay', 'your address, and the size of something sealed. Not who you are, and not a word.'],
  [
    'gateway',
    'Gateway',
    'that a token is good, and which machine it drew. Not your address, and not a word.',
  ],
  [
    'machine',
    'The machine',
    'the request, inside the confidential VM, until it is answered. Then it is overwritten.',
  ],
  [
    'delivery',
    'Delivery service',
    'who is in which chat, and when they write. What they write is sealed to the members.',
  ],
] as const;

export function PartiesSaw({ seen }: { readonly shield: ShieldView; readonly seen: unknown }) {
  const list = Array.isArray(seen) ? (seen as readonly SeenOne[]) : [];
  return (
    <ol class="parties">
      {PARTIES.map(([id, name, sees]) => {
        const last = lastOf(list, id);
        return (
          <li key={id}>
            <strong>{name}</strong> sees {sees}
            {last && <code class="seen">{told(last)}</code>}
          </li>
        );
      })}
    </ol>
  );
}

/** The last request of a party's; of the gateway's one that was paid for, because openings come in between. */
function lastOf(seen: readonly SeenOne[], id: string): SeenOne | undefined {
  const own = seen.filter(({ party }) => party === id);
  return own.findLast(({ facts }) => 'token' in facts) ?? own.at(-1);
}

function told({ what, from, request, response, facts }: SeenOne): string {
  const sum = (pieces: readonly number[]) =>
    pieces.reduce((all, size) => all + size, 0).toLocaleString('en-US');
  const known = Object.entries(facts).map(
    ([name, value]) => `${name} ${value.length > 28 ? `${value.slice(0, 28)}…` : value}`,
  );
  return [
    `last: ${what} from ${from}`,
    `${sum(request.pieces)} bytes in, ${sum(response.pieces)} out`,
    ...known,
  ].join(' · ');
}
