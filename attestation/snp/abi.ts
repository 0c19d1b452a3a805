/** AMD products whose SEV-SNP reports are understood, as the VCEK certificate's product name starts. */
export type SnpProduct = 'Milan' | 'Genoa' | 'Turin';

/** Security version numbers of a platform's parts (56860 §2.2). `fmc` exists from Turin on. */
export interface TcbVersion {
  readonly fmc?: number;
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}
