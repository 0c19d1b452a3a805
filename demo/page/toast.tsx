/** What went wrong with what was asked for last. It shows above a dialog, too, which makes all beneath it unreachable. */
import { createPortal } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import type { Trouble } from '../worker/view.js';
import { Icon } from './icons.js';

interface Props {
  readonly trouble: Trouble;
  readonly close: () => void;
}

export function Toast({ trouble, close }: Props) {
  const dialog = document.querySelector('dialog[open]');
  useEffect(() => {
    // What was said about something in a dialog goes with it.
    dialog?.addEventListener('close', close);
    return () => dialog?.removeEventListener('close', close);
  }, [dialog, close]);
  const toast = (
    <div class="toast" role="alert">
      <span>
        {trouble.text} <code>{trouble.code}</code>
      </span>
      <button type="button" class="round small" onClick={close} aria-label="Close the message">
        <Icon name="close" />
      </button>
    </div>
  );
  return dialog ? createPortal(toast, dialog) : toast;
}
