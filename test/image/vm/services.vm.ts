/** The files, systemd and sandboxes of the test image, in a container: what an emulated VM would take too long for. */
import { afterAll, expect, it } from 'vitest';
import { CONTAINER_PORTS, Container } from '../../../image/boot/container.js';
import { imageFiles, readiness } from '../../../image/boot/session.js';
import { talk } from '../../../image/boot/talk.js';

let container: Container | undefined;
afterAll(() => container?.stop());

it('the server gets ready in its sandbox, is verified, and summarizes', async () => {
  container = Container.start(imageFiles('test').disk);
  const url = `http://127.0.0.1:${CONTAINER_PORTS[0]}`;
  expect(await readiness(container, url)).toMatchObject({ status: 200 });
  await talk(url);
  expect(container.said).not.toMatch(/\[FAILED\]/);
});
