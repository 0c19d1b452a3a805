/** People as the page shows them. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly scripted: boolean;
}

export const People = createContext<readonly Person[]>([]);

export function useName(): (id: string) => string {
  const people = useContext(People);
  return (id) => people.find((person) => person.id === id)?.name ?? id;
}

/** A colour for each, by place; text on it is always dark enough. */
export function Avatar({ id, small = false }: { readonly id: string; readonly small?: boolean }) {
  const people = useContext(People);
  const name = useName()(id);
  const at = Math.max(
    0,
    people.findIndex((person) => person.id === id),
  );
  return (
    <span class={`avatar tint-${at % 6} ${small ? 'small' : ''}`} aria-hidden="true">
      {name.slice(0, 1)}
    </span>
  );
}

/** `Anna`, `you` for oneself. */
export function nameFor(name: (id: string) => string, me: string, id: string): string {
  return id === me ? 'You' : name(id);
}

export const timeOf = (ms: number): string =>
  new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** The time today, with the day before that. */
export function whenOf(ms: number, now = new Date()): string {
  const date = new Date(ms);
  if (date.toDateString() === now.toDateString()) return timeOf(ms);
  return `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${timeOf(ms)}`;
}
