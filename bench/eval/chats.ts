export interface Chat {
  readonly title: string;
  readonly category: string;
  readonly messages: readonly { readonly sender: string; readonly text: string }[];
}

/** Reads the format that is described at the top of chats.txt. */
export function parseChats(file: string): Chat[] {
  return file
    .split(/^== /m)
    .slice(1)
    .map((part) => {
      const [head = '', ...lines] = part.trim().split('\n');
      const [, title = head, category = ''] = /^(.*) \[(.*)\]$/.exec(head) ?? [];
      const messages = lines.filter(Boolean).map((line) => {
        const colon = line.indexOf(': ');
        return { sender: line.slice(0, colon), text: line.slice(colon + 2) };
      });
      return { title, category, messages };
    });
}
