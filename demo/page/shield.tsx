/** What was verified, in words and in full: the platform, the measurement, every check, and what each party can see. */
import { useEffect, useState } from 'preact/hooks';
import type { ShieldView } from '../worker/view.js';
import { Dialog } from './dialog.js';
import { Icon, type IconName } from './icons.js';
import { PartiesSaw } from './parties.js';
import { whenOf } from './people.js';

export const SHIELD_ICON: Readonly<Record<ShieldView['state'], IconName>> = {
  checking: 'shield',
  verified: 'shield-ok',
  simulated: 'shield-off',
  'without-tokens': 'shield-off',
  refused: 'shield-no',
  unreachable: 'shield-off',
};

export const SHIELD_WORDS: Readonly<Record<ShieldView['state'], string>> = {
  checking: 'Checking private AI…',
  verified: 'Private AI verified',
  simulated: 'Private AI, simulated',
  'without-tokens': 'Private AI, no tokens',
  refused: 'Private AI refused',
  unreachable: 'Private AI not reached',
};

const EXPLAINED: Readonly<Record<ShieldView['state'], string>> = {
  checking: 'Your app is asking a machine for the evidence of what it runs.',
  verified: 'A machine has proved to your app, by its hardware, that it runs the published software.',
  simulated:
    'Every check passed, on simulated hardware. It shows how it works, and protects nothing: use it to try things out.',
  'without-tokens':
    'Every check of the machine passed, but your app has no token left to ask it with, and got none. Nothing was sent.',
  refused: 'What came does not hold. Your app sent nothing, and will not until it does.',
  unreachable: 'Nothing can be said about a machine that does not answer. Nothing was sent.',
};

interface Props {
  readonly shield: ShieldView;
  readonly close: () => void;
  readonly verify: () => Promise<unknown>;
}

export function ShieldDialog({ shield, close, verify }: Props) {
  const { state, verdict, release, trouble, measurement, tokens } = shield;
  const [busy, setBusy] = useState(false);
  const [seen, setSeen] = useState<unknown>(undefined);
  useEffect(() => {
    fetch('/api/seen')
      .then((response) => response.json())
      .then(setSeen, () => setSeen([]));
  }, []);
  const failed = verdict?.checks.filter(({ ok }) => !ok) ?? [];
  return (
    <Dialog title="What is verified" close={close} wide>
      <div class={`shield-hero ${state}`}>
        <Icon name={SHIELD_ICON[state]} />
        <div>
          <strong>{SHIELD_WORDS[state]}</strong>
          <p>{EXPLAINED[state]}</p>
          {trouble && (
            <p class="trouble" role="alert">
              {trouble.text} <code>{trouble.code}</code>
            </p>
          )}
        </div>
      </div>
      <dl class="facts">
        <div>
          <dt>Platform</dt>
          <dd>
            {verdict
              ? `${PLATFORMS[verdict.platform ?? ''] ?? 'unknown'}${verdict.simulated ? ', simulated' : ''}`
              : 'not known yet'}
          </dd>
        </div>
        <div>
          <dt>Accepted measurement</dt>
          <dd>
            <code class="long">{measurement}</code>
          </dd>
        </div>
        <div>
          <dt>Log entry</dt>
          <dd>
            <LogEntry release={release} />
          </dd>
        </div>
        <div>
          <dt>Tokens in your wallet</dt>
          <dd>{tokens}, each good for one request, none of which says whose it was</dd>
        </div>
      </dl>
      {verdict && (
        <>
          <h3>
            {verdict.checks.length - failed.length} of {verdict.checks.length} checks passed
          </h3>
          <ul class="checks">
            {[...failed, ...verdict.checks.filter(({ ok }) => ok)].map(({ name, ok, code, detail }) => (
              <li key={name} class={ok ? 'ok' : 'failed'}>
                <Icon name={ok ? 'check' : 'close'} />
                <span>
                  <strong>{name}</strong>
                  <span class="sr">{ok ? ' passed' : ' failed'}</span>
                  <small>
                    {detail}
                    {!ok && (
                      <>
                        {' '}
                        <code>{code}</code>
                      </>
                    )}
                  </small>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>What each party sees</h3>
      <PartiesSaw shield={shield} seen={seen} />
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={busy}
          onClick={async () => {
            setBusy(true);
            await verify();
            setBusy(false);
          }}
        >
          {busy ? 'Verifying…' : 'Verify another machine now'}
        </button>
      </div>
    </Dialog>
  );
}

/** What the log shows, as the SDK verified it before anything was sent. */
function LogEntry({ release }: { readonly release: ShieldView['release'] | undefined }) {
  if (!release)
    return (
      <span class="muted">
        None that holds is known yet. Your app takes only software that the transparency log shows.
      </span>
    );
  const { version, id, origin, index, size, witnesses } = release;
  return (
    <>
      <strong>Release {version}</strong>
      <p>
        Entry {index}, counted from 0, of {size} in the log <code>{origin}</code>. {witnesses.length}{' '}
        witnesses have signed the log:
      </p>
      <ul class="witnesses">
        {witnesses.map(({ name, time }) => (
          <li key={name}>
            <Icon name="check" />
            <span>
              <code>{name}</code>, {whenOf(time * 1000)}
            </span>
          </li>
        ))}
      </ul>
      <code class="long muted">{id}</code>
    </>
  );
}

const PLATFORMS: Readonly<Record<string, string>> = { 'sev-snp': 'AMD SEV-SNP', tdx: 'Intel TDX' };
