import { ownDraft } from '../../client/index.js';
import { LENGTHS } from '../../wire/index.js';
import { ask } from '../ask.js';
import { parseChat } from '../chat-file.js';
import { type Command, oneOf, parsed, wholeNumber } from '../command.js';
import { readInput } from '../input.js';
import { serverHelp, serverOptions } from '../server-choice.js';

export const summarize: Command = {
  name: 'summarize',
  summary: 'summarize the unread part of a chat',
  help: `sotto summarize FILE [options]

Summarizes a chat: lines of "Name: message", or a chat exported from WhatsApp. FILE may be - for standard input.

  --length LENGTH    short (default) or medium
  --unread N         only the last N messages are new; the ones before are left out
  --context TEXT     what was said before, an earlier summary for instance
  --json             print one JSON document when the answer is complete
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: {
        ...serverOptions,
        length: { type: 'string', default: 'short' },
        unread: { type: 'string' },
        context: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const length = oneOf(values.length, '--length', LENGTHS);
    const unread = values.unread === undefined ? undefined : wholeNumber(values.unread, '--unread', 1, 1e6);
    const { messages } = parseChat(await readInput(positionals[0]));
    const unreadFrom = Math.max(0, messages.length - (unread ?? messages.length));
    const { context, json } = values;
    return ask({
      task: 'summarize',
      server: values,
      json,
      begin: (session, signal) =>
        session.summarize(
          { messages, unreadFrom },
          { length, signal, ...(context === undefined ? {} : { context: ownDraft(context) }) },
        ),
    });
  },
};
