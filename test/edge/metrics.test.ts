import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestMetrics } from '../../edge/metrics.js';
import { askThrough, openThrough, passageTo, type TestGateway, testGateway } from './fixture.js';
import { TestVm } from './vm.js';

describe('what is counted of requests', () => {
  it('shows in windows of ten, whatever they were', async () => {
    const metrics = new RequestMetrics('issuer');
    for (let i = 0; i < 19; i++)
      metrics.count(i % 2 ? { outcome: 'refused' } : { outcome: 'issued', tokens: 3 });
    const shown = await metrics.text();
    expect(shown).toContain('sotto_issuer_requests_total{outcome="issued"} 5');
    expect(shown).toContain('sotto_issuer_requests_total{outcome="refused"} 5');
    expect(shown).toContain('sotto_issuer_tokens_total 15');
    metrics.count({ outcome: 'issued', tokens: 3 });
    expect(await metrics.text()).toContain('sotto_issuer_tokens_total 33');
  });
});

describe("a gateway's metrics", () => {
  let vm: TestVm;
  let gateway: TestGateway;
  beforeAll(async () => {
    vm = await TestVm.start();
    gateway = await testGateway([vm.url]);
  });
  afterAll(async () => {
    await gateway.close();
    await vm.stop();
  });

  it('tell nothing of a single request, and no machine, token or session', async () => {
    const passage = await passageTo(gateway.url);
    const look = async () => (await fetch(`${gateway.url}/metrics`)).text();
    const opened = await openThrough(passage);
    for (let i = 0; i < 7; i++) await openThrough(passage);
    await (await askThrough(passage, { ...opened, token: gateway.issuer.token() })).text();
    expect(await look()).not.toContain('answered');
    expect((await askThrough(passage, opened)).status).toBe(401);
    const shown = await look();
    expect(shown).toContain('sotto_gateway_requests_total{outcome="answered"} 9');
    expect(shown).toContain('sotto_gateway_requests_total{outcome="refused"} 1');
    expect(shown).not.toMatch(/127\.0\.0\.1|token|session/);
  });
});
