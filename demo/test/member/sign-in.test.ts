/** Sign-ins that end while somebody is connected, and what goes on after the next one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { texts, until, World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

it('a sign-in that ends cuts its connection off, with the next thing that is sent or comes', async () => {
  const [anna, ben] = [await world.member('anna'), await world.member('ben')];
  const id = await anna.create('Trip', ['ben']);
  await until(() => ben.chats.has(id));
  world.ended.add('token of ben');
  await anna.say(id, 'Not for whoever has his old sign-in');
  await until(() => ben.connection === 'not-signed-in');
  expect(texts(ben, id)).toEqual([]);
});

it('another sign-in goes on where the last one ended: what waited is sent, what was missed comes', async () => {
  const [anna, ben] = [await world.member('anna'), await world.member('ben')];
  const id = await anna.create('Trip', ['ben']);
  await until(() => ben.chats.has(id));
  world.ended.add('token of ben');
  await ben.say(id, 'Written meanwhile');
  await until(() => ben.connection === 'not-signed-in');
  await anna.say(id, 'Missed meanwhile');
  ben.signIn('token of ben 2');
  await until(() => ben.connection === 'online');
  await until(() => texts(anna, id).includes('ben: Written meanwhile'));
  await until(() => texts(ben, id).includes('anna: Missed meanwhile'));
  expect(world.failures).toEqual([]);
});

it('another sign-in takes the place of one that is still connected, at once', async () => {
  const [anna, ben] = [await world.member('anna'), await world.member('ben')];
  const id = await anna.create('Trip', ['ben']);
  await until(() => ben.chats.has(id));
  ben.signIn('token of ben 2');
  world.ended.add('token of ben');
  await until(() => ben.connection === 'online');
  await ben.say(id, 'Still here');
  await until(() => texts(anna, id).includes('ben: Still here'));
  expect(world.failures).toEqual([]);
});
