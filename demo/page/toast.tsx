/** What went wrong with what was asked for last. It shows above a dialog, too, which makes all beneath it unreachable. */
import { createPortal } from 'preact/compat';
import type { Trouble } from '../worker/view.js';
import { Icon } from './icons.js';

interface Props {
  readonly trouble: Trouble;
  readonly close: () => void;
}

export function Toast({ trouble, close }: Props) {
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
  const dialog = document.querySelector('dialog[open]');
  return dialog ? createPortal(toast, dialog) : toast;
}
