/** `JSON.parse` silently keeps the last of two fields with one name; a reader of the file may see the first. */
import { AttestationError } from '../error.js';

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/**
 * @param json text that `JSON.parse` accepted
 * @throws AttestationError `policy-file-duplicate-field`
 */
export function requireNoDuplicates(json: string): void {
  /** The names so far of each object that is open; arrays have none. */
  const open: Set<string>[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') addName(open.at(-1)!, JSON.parse(text));
    else text = token;
  }
}

function addName(names: Set<string>, name: string): void {
  if (names.has(name)) {
    throw new AttestationError('policy-file-duplicate-field', `the policy names the field ${name} twice`);
  }
  names.add(name);
}
