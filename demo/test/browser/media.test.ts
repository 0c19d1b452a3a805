/** Photos in a real browser: sent without what their files tell, seen by all, and kept where the chat is protected. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PersonAtPage } from '../../check/person.js';
import { CHAT, inChromium, START_MS, shot, violations, World } from './world.js';

/** What a camera wrote into the file, and nobody should get. */
const PLACE = 'GPS 52.520008 13.404954';

/** A JPEG of a red lake at night, with metadata, as a camera makes them. */
async function picture({ page }: PersonAtPage): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(async () => {
    const canvas = new OffscreenCanvas(3000, 1500);
    const context = canvas.getContext('2d');
    context.fillStyle = '#c01010';
    context.fillRect(0, 0, 3000, 1500);
    context.fillStyle = '#1010c0';
    context.fillRect(0, 0, 3000, 300);
    const bytes = await (await canvas.convertToBlob({ type: 'image/jpeg' })).bytes();
    return bytes.toBase64 ? bytes.toBase64() : btoa(String.fromCharCode(...bytes));
  })()`);
  const jpeg = Buffer.from(base64, 'base64');
  const exif = Buffer.from(`Exif\0\0${PLACE}`);
  const length = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), length, exif, jpeg.subarray(2)]);
}

inChromium('photos', () => {
  let world: World;
  let anna: PersonAtPage;
  let ben: PersonAtPage;
  let jpeg: Buffer;

  const attach = ({ page }: PersonAtPage, buffer: Buffer, name = 'lake.jpg', mimeType = 'image/jpeg') =>
    page.getByLabel('Attach a photo').setInputFiles({ name, mimeType, buffer });
  const send = ({ page }: PersonAtPage) => page.getByRole('button', { name: 'Send', exact: true }).click();
  const photos = ({ page }: PersonAtPage) => page.locator('.timeline .photo');
  /** The colour in the middle of the last photo, once it is drawn. */
  const middle = async (person: PersonAtPage): Promise<readonly number[]> => {
    await photos(person).last().and(person.page.locator('[data-state=here]')).waitFor();
    const pixel = () =>
      person.page.evaluate<readonly number[]>(`(() => {
          const canvas = [...document.querySelectorAll('.timeline .photo')].at(-1).querySelector('canvas');
          const [red, green, blue, alpha] = canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
          return [red, green, blue, alpha, canvas.width, canvas.height];
        })()`);
    for (let tries = 0; tries < 200 && (await pixel())[3] === 0; tries++)
      await person.page.waitForTimeout(50);
    return pixel();
  };
  /** What the person's app has asked the delivery service for. */
  const listen = ({ page }: PersonAtPage) =>
    page.workers()[0]!.evaluate(`{
        const { send } = WebSocket.prototype;
        self.asked = [];
        WebSocket.prototype.send = function (data) {
          self.asked.push(JSON.parse(data).op);
          return send.call(this, data);
        };
      }`);
  const asked = async ({ page }: PersonAtPage, op: string): Promise<number> =>
    (await page.workers()[0]!.evaluate<string[]>('self.asked')).filter((one) => one === op).length;
  beforeAll(async () => {
    world = await World.start();
    anna = await world.arrive('Anna');
    await anna.open(CHAT);
    ben = await world.arrive('Ben', { scheme: 'dark' });
    await ben.open(CHAT);
    await anna.sees('whether you are coming');
    await anna.say('Hello Ben');
    await ben.sees('Hello Ben');
    for (const person of [anna, ben]) await listen(person);
    jpeg = await picture(anna);
  }, START_MS);
  afterAll(() => world?.close());

  it('one is attached, can be taken back, is sent with what is said of it, and is seen by the others', async () => {
    await attach(anna, jpeg);
    await anna.page.getByRole('button', { name: 'Do not send the photo' }).click();
    await anna.page.locator('.attached').waitFor({ state: 'detached' });
    await attach(anna, jpeg);
    await anna.draft('The lake');
    await shot(anna, 'photo-attached-light');
    expect(await violations(anna)).toEqual([]);
    await send(anna);
    await anna.page.locator('.attached').waitFor({ state: 'detached' });
    await ben.sees('The lake');
    for (const person of [anna, ben]) {
      const [red, , blue, alpha, width, height] = await middle(person);
      expect({ isRed: red! > 150 && blue! < 60, alpha, width, height }).toEqual({
        isRed: true,
        alpha: 255,
        width: 2048,
        height: 1024,
      });
    }
    expect(await asked(ben, 'piece')).toBeGreaterThan(0);
    // Anna has her own: it need not come back.
    expect(await asked(anna, 'piece')).toBe(0);
    await shot(ben, 'photo-dark');
    expect(await violations(ben)).toEqual([]);
  });

  it('what comes tells nothing of where and when it was taken', async () => {
    expect(jpeg.includes(PLACE)).toBe(true);
    const [file] = await Promise.all([
      ben.page.waitForEvent('download'),
      ben.page.getByRole('button', { name: 'Save the photo from Anna' }).click(),
    ]);
    const bytes = readFileSync(await file.path());
    expect(bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(bytes.includes(PLACE)).toBe(false);
    expect(bytes.includes('Exif')).toBe(false);
  });

  it('one is pasted', async () => {
    const pasted = jpeg.toString('base64');
    await ben.page.evaluate(`{
        const file = new File([Uint8Array.from(atob('${pasted}'), (c) => c.charCodeAt(0))], 'p.jpg', { type: 'image/jpeg' });
        const clipboardData = new DataTransfer();
        clipboardData.items.add(file);
        document.querySelector('.write textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }`);
    await ben.page.locator('.attached').waitFor();
    await send(ben);
    await photos(anna).nth(1).waitFor();
    expect((await middle(anna))[0]).toBeGreaterThan(150);
  });

  it('a file that is no picture is refused in words, and what was written stays', async () => {
    await attach(anna, Buffer.from('<script>alert(1)</script>'), 'lake.jpg');
    await anna.draft('look at this');
    await send(anna);
    await anna.page.locator('.toast').getByText('photo-unreadable').waitFor();
    expect(await anna.page.getByRole('textbox', { name: /^Message to/ }).inputValue()).toBe('look at this');
    await anna.page.getByRole('button', { name: 'Do not send the photo' }).click();
    await anna.draft('');
  });

  it('while Advanced Chat Privacy is on, one is not fetched before somebody asks, and stays in the chat', async () => {
    await anna.protect(true);
    await ben.sees('Anna turned Advanced Chat Privacy on');
    const before = await asked(ben, 'piece');
    await attach(anna, jpeg);
    await anna.draft('For you only');
    await send(anna);
    await ben.sees('For you only');
    await anna.say('and something behind it');
    await ben.sees('and something behind it');
    expect(await photos(ben).last().getAttribute('data-state')).toBe('away');
    expect(await asked(ben, 'piece')).toBe(before);
    // Photos push nothing out of sight of who was at the end.
    expect(
      await ben.page.evaluate<number>(`(() => {
          const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.timeline');
          return scrollHeight - scrollTop - clientHeight;
        })()`),
    ).toBeLessThan(80);
    await shot(ben, 'photo-protected-dark');
    expect(await violations(ben)).toEqual([]);
    await ben.page.getByRole('button', { name: 'Show the photo from Anna' }).click();
    expect((await middle(ben))[0]).toBeGreaterThan(150);
    expect(await asked(ben, 'piece')).toBeGreaterThan(before);
    expect(await ben.page.getByRole('button', { name: /^Save/ }).count()).toBe(0);
    expect(await ben.page.locator('.timeline img').count()).toBe(0);
    const offered = await ben.page.evaluate<boolean>(
      `[...document.querySelectorAll('.timeline .photo canvas')].at(-1).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))`,
    );
    expect(offered).toBe(false);
    await ben.page
      .locator('.line', { has: ben.page.locator('.photo') })
      .last()
      .hover();
    await ben.page
      .locator('.line', { has: ben.page.locator('.photo') })
      .last()
      .getByRole('button', { name: /^Forward/ })
      .click();
    await ben.page.getByText('This photo stays in its chat').waitFor();
    await ben.page.keyboard.press('Escape');
  });

  it('and comes by itself again when it is off', async () => {
    await attach(anna, jpeg);
    await anna.draft('And one more');
    await send(anna);
    await ben.sees('And one more');
    expect(await photos(ben).last().getAttribute('data-state')).toBe('away');
    await ben.protect(false);
    expect((await middle(ben))[0]).toBeGreaterThan(150);
  });

  it('they fit a phone', async () => {
    await ben.page.setViewportSize({ width: 390, height: 780 });
    await photos(ben).last().scrollIntoViewIfNeeded();
    await shot(ben, 'photo-phone-dark');
    expect(await ben.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const beyond = await ben.page.evaluate<number>(`(() => {
        const photo = [...document.querySelectorAll('.timeline .photo')].at(-1);
        return photo.getBoundingClientRect().right - photo.closest('.bubble').getBoundingClientRect().right;
      })()`);
    expect(beyond).toBeLessThanOrEqual(0);
    expect(await violations(ben)).toEqual([]);
  });

  it('and the pages broke none of their own rules', () => world.expectRulesKept());
});
