import { ask } from '../ask.js';
import { parseChat } from '../chat-file.js';
import { type Command, parsed } from '../command.js';
import { readInput } from '../input.js';
import { serverHelp, serverOptions } from '../server-choice.js';

export const reply: Command = {
  name: 'reply',
  summary: 'suggest three replies to a chat',
  help: `sotto reply FILE [options]

Suggests three different replies to the last messages of a chat: lines of "Name: message", or a chat exported from
WhatsApp. FILE may be - for standard input.

  --me NAME          who you are in the chat
  --json             print one JSON document when the answer is complete
${serverHelp}`,
  async run(args) {
    const { values, positionals } = parsed({
      args: [...args],
      allowPositionals: true,
      options: { ...serverOptions, me: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    const chat = parseChat(await readInput(positionals[0]));
    const { me, json } = values;
    return ask({
      task: 'reply',
      server: values,
      json,
      begin: (session, signal) => session.reply(chat, { signal, ...(me === undefined ? {} : { me }) }),
    });
  },
};
