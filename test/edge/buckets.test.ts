import { describe, expect, it } from 'vitest';
import { AddressBuckets } from '../../edge/buckets.js';

function buckets() {
  const clock = { now: 0 };
  return { clock, buckets: new AddressBuckets({ burst: 2, perSecond: 0.5 }, () => clock.now) };
}

describe('The buckets of addresses', () => {
  it('let a burst through, then as much as flows in', () => {
    const { clock, buckets: all } = buckets();
    expect([all.take('192.0.2.1'), all.take('192.0.2.1'), all.take('192.0.2.1')]).toEqual([0, 0, 2]);
    clock.now = 1000;
    expect(all.take('192.0.2.1')).toBe(1);
    clock.now = 2000;
    expect(all.take('192.0.2.1')).toBe(0);
  });

  it.each([
    ['one of IPv4', '192.0.2.1', '192.0.2.2', false],
    ['the same of IPv4, written as IPv6', '192.0.2.1', '::ffff:192.0.2.1', true],
    ['a network of IPv6', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['two networks of IPv6', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['short forms', '2001:db8::1', '2001:db8:0:0:1::', true],
    ['link-local ones with a zone', 'fe80::1%eth0', 'fe80::2', true],
  ])('count for %s', (_, one, other, same) => {
    const { buckets: all } = buckets();
    all.take(one);
    all.take(one);
    expect(all.take(other) > 0).toBe(same);
  });

  it('are forgotten once they are full again', () => {
    const { clock, buckets: all } = buckets();
    all.take('192.0.2.1');
    clock.now = 3000;
    all.take('192.0.2.2');
    all.sweep();
    expect(all.size).toBe(2);
    clock.now = 4001;
    all.sweep();
    expect(all.size).toBe(1);
  });

  it('are never more than so many', () => {
    const { buckets: all } = buckets();
    for (let i = 0; i < 100_050; i++) all.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(all.size).toBe(100_000);
  });
});
