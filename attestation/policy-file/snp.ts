/** The part of a policy file about SEV-SNP. */
import type { SnpProduct, TcbVersion } from '../snp/abi/index.js';
import type { SnpPolicy, TcbMinima } from '../snp/policy/index.js';
import { type PolicyObject, wrong } from './reader.js';

const PRODUCTS = ['Milan', 'Genoa', 'Turin'] as const;
const FIELDS = [
  'measurements',
  'products',
  'vlekCloudProviders',
  'revocationList',
  'singleSocket',
  'smt',
  'minimumAbi',
  'hostData',
  'idKeyDigests',
  'authorKeyDigests',
  'minimumGuestSvn',
] as const;

interface Measurements {
  readonly measurements: SnpPolicy['measurements'] | 'logged';
}

export function readSnp(policy: PolicyObject): Omit<SnpPolicy, 'measurements'> & Measurements {
  const snp = policy.object('snp', FIELDS);
  const providers = snp.strings('vlekCloudProviders');
  const abi = snp.object('minimumAbi', ['major', 'minor']);
  return {
    measurements: snp.loggedOr('measurements', () => snp.hexes('measurements', 48)),
    ...readProducts(snp.object('products', PRODUCTS)),
    ...(providers.length > 0 ? { vlek: { cloudProviders: providers } } : {}),
    revocation: snp.word('revocationList', ['required', 'if-present']),
    guest: {
      singleSocket: snp.word('singleSocket', ['required', 'not-required']),
      smt: snp.word('smt', ['allowed', 'forbidden']),
      minimumAbi: { major: abi.integer('major', 255), minor: abi.integer('minor', 255) },
    },
    hostData: snp.hexes('hostData', 32),
    idKeyDigests: snp.hexes('idKeyDigests', 48),
    authorKeyDigests: snp.hexes('authorKeyDigests', 48),
    minimumGuestSvn: snp.integer('minimumGuestSvn', 0xffff_ffff),
  };
}

/** The product lines that are accepted are those that have minima. */
function readProducts(given: PolicyObject): Required<Pick<SnpPolicy, 'products' | 'minimumTcb'>> {
  const products = PRODUCTS.filter((product) => given.has(product));
  if (products.length === 0) wrong('the policy.snp.products names no product; name at least one');
  const minima = products.map((product) => [product, readMinima(given, product)] as const);
  return { products, minimumTcb: Object.fromEntries(minima) };
}

function readMinima(products: PolicyObject, product: SnpProduct): TcbMinima {
  const minima = products.object(product, ['launch', 'reported', 'committed', 'current']);
  const read = (name: string) => readTcb(minima, name, product);
  return {
    launch: read('launch'),
    reported: read('reported'),
    committed: read('committed'),
    current: read('current'),
  };
}

/** Turin's versions have one part more. */
function readTcb(minima: PolicyObject, name: string, product: SnpProduct): TcbVersion {
  const turin = product === 'Turin';
  const parts = ['bootLoader', 'tee', 'snp', 'microcode', ...(turin ? ['fmc'] : [])];
  const tcb = minima.object(name, parts);
  const part = (of: string) => tcb.integer(of, 255);
  return {
    ...(turin ? { fmc: part('fmc') } : {}),
    bootLoader: part('bootLoader'),
    tee: part('tee'),
    snp: part('snp'),
    microcode: part('microcode'),
  };
}
