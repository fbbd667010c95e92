/** What the addresses of the page may say. Pure. */

export const groups = ['needsYou', 'shipping', 'waiting', 'quiet', 'held'] as const
export const syncs = ['Synced', 'OutOfSync', 'Unknown'] as const
export const healths = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const
export const sorts = ['urgency', 'name', 'changed'] as const
export const tabs = ['resources', 'graph', 'plan', 'history', 'events'] as const
export type Tab = (typeof tabs)[number]

/** Which applications are listed, as the address says it. */
export interface ApplicationsSearch {
  readonly q?: string | undefined
  readonly project?: string | undefined
  readonly sync?: (typeof syncs)[number] | undefined
  readonly health?: (typeof healths)[number] | undefined
  readonly group?: (typeof groups)[number] | undefined
  readonly sort?: (typeof sorts)[number] | undefined
}

/** What an address may say; anything else is left out. */
export function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((one) => one === value)
}
/** A text that says something. */
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
