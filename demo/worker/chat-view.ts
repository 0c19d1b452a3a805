/** A chat as the page shows it. */
import { isPermitted, requirePermitted } from 'sotto/client';
import type { Chat, Item } from '../member/index.js';
import type { Photos } from './photos.js';
import { toReply, toSummarize } from './requests.js';
import { troubleOf } from './trouble.js';
import type { AiView, ChatView, ShownItem, Trouble } from './view.js';

interface Beside {
  /** Where the unread part began. */
  readonly unreadFrom: number;
  readonly ai: AiView | undefined;
  readonly photos: Photos | undefined;
}

export function chatViewOf(chat: Chat, { unreadFrom, ai, photos }: Beside): ChatView {
  const { id, group, items, readTo, outbox, wanted, aiAllowed } = chat;
  const refusal = aiRefusal(chat);
  return {
    id,
    name: group.name,
    members: group.members,
    isMember: group.isMember,
    setting: group.setting,
    epoch: String(group.epoch),
    safetyCode: safetyCode(group.authenticator),
    items: items.map((item) => shown(chat, item, photos)),
    newFrom: unreadFrom,
    unread: items.slice(readTo).filter((item) => item.kind === 'message').length,
    waiting: outbox.length,
    wanted,
    aiAllowed,
    counts: { summarize: toSummarize(chat, unreadFrom).length, reply: toReply(chat).length },
    ...(refusal ? { aiRefusal: refusal } : {}),
    ...(ai ? { ai } : {}),
  };
}

/** Without what the page has no use for: a photo's key. */
function shown(chat: Chat, item: Item, photos: Photos | undefined): ShownItem {
  if (item.kind === 'note') return item;
  const { media, ...rest } = item;
  return media && photos ? { ...rest, photo: photos.viewOf(chat, item, media) } : rest;
}

function aiRefusal(chat: Chat): Trouble | undefined {
  const draft = chat.draft('');
  if (isPermitted('ai', [draft])) return undefined;
  try {
    requirePermitted('ai', [draft]);
  } catch (error) {
    return troubleOf(error);
  }
  return undefined;
}

/** 30 digits of what only members can know. */
function safetyCode(authenticator: Uint8Array): string {
  const digits = [...authenticator.slice(0, 15)].map((byte) => String(byte % 100).padStart(2, '0')).join('');
  return digits.replace(/(.{5})(?=.)/g, '$1 ');
}
