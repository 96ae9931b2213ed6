/** Which files may be sent. The house looks at their bytes; this only spares the visitor a vain upload. Pure. */

/** The house takes no more with one message. */
export const MOST = 10;

export interface Rules {
  max_mib: number;
  types: string[];
}

export type Refused = 'size' | 'type';

export function refused(file: { name: string; type: string; size: number }, rules: Rules): Refused | null {
  if (file.size > rules.max_mib * 1024 * 1024) return 'size';
  // Browsers do not know every ending; then the house decides.
  if (!file.type || rules.types.length === 0) return null;
  const type = file.type.toLowerCase().split(';')[0] ?? '';
  return rules.types.some((allowed) => allowed === '*/*' || allowed === type || (allowed.endsWith('/*') && type.startsWith(allowed.slice(0, -1)))) ? null : 'type';
}

/** For the file dialogue. */
export function accepts(types: readonly string[]): string {
  return types.join(',');
}
