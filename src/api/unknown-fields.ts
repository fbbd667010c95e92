/** Fields that a user wrote and a schema does not know: said instead of silently ignored. Pure. */

/** `<path>: this field is not known` for each field of `given` that `understood`, its parsed form, does not have. */
export function unknownFields(given: unknown, understood: unknown, path: string): string[] {
  if (typeof given !== 'object' || given === null || typeof understood !== 'object' || understood === null) return []
  return Object.entries(given).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`
    if (!(key in understood)) return [`${at}: this field is not known`]
    return unknownFields(value, (understood as Record<string, unknown>)[key], at)
  })
}
