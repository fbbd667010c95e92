/** The options of a request, checked as a whole before anything is done. Pure. */
import {
  badRequest,
  type FieldError,
  forbiddenField,
  invalidOptions,
  invalidValue,
  required,
  unsupported,
} from './status-error.ts'

const FIELD_VALIDATION = ['Ignore', 'Strict', 'Warn']
const PROPAGATION = ['Foreground', 'Background', 'Orphan']

/** As Go reads a flag of a query: there and not `false` or `0`. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}

/** A whole number of a query, undefined when absent. Throws 400. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[+-]?\d{1,18}$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  return Number(text)
}

/** fieldManager, dryRun and fieldValidation of a write. Throws 422. */
export function checkWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  isApply = false,
): void {
  const errors: FieldError[] = []
  const manager = query.get('fieldManager') ?? ''
  if (kind === 'PatchOptions') {
    if (isApply && manager === '') errors.push(required('fieldManager', 'is required for apply patch'))
    if (!isApply && query.has('force')) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'))
  }
  errors.push(...managerErrors(manager), ...dryRunErrors(query.getAll('dryRun')))
  const validation = query.get('fieldValidation') ?? ''
  if (validation !== '' && !FIELD_VALIDATION.includes(validation)) {
    errors.push(unsupported('fieldValidation', validation, ['', ...FIELD_VALIDATION]))
  }
  if (errors.length > 0) throw invalidOptions(kind, errors)
}

/** Of a body or a query. Throws 422. */
export function checkDeleteOptions(options: {
  propagation: unknown
  orphanDependents: unknown
  dryRun: readonly unknown[]
}): void {
  const { propagation, orphanDependents, dryRun } = options
  const errors: FieldError[] = []
  const given = propagation !== undefined && propagation !== null
  if (given && orphanDependents !== undefined && orphanDependents !== null) {
    errors.push(
      invalidValue('propagationPolicy', propagation, 'orphanDependents and deletionPropagation cannot be both set'),
    )
  }
  if (given && !PROPAGATION.includes(String(propagation))) {
    errors.push(unsupported('propagationPolicy', propagation, [...PROPAGATION, 'nil']))
  }
  errors.push(...dryRunErrors(dryRun))
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors)
}

/** Which versions and matches may go together. Throws 422, and 400 for numbers that are none. */
export function checkListOptions(query: URLSearchParams, watching: boolean): void {
  wholeNumber(query, 'limit')
  wholeNumber(query, 'timeoutSeconds')
  const errors: FieldError[] = []
  const match = query.get('resourceVersionMatch') ?? ''
  const version = query.get('resourceVersion') ?? ''
  const initial = query.has('sendInitialEvents')
  const matchError = (detail: string) => errors.push(forbiddenField('resourceVersionMatch', detail))
  if (watching) {
    if (initial && match !== 'NotOlderThan')
      matchError('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
    if (match !== '' && !initial)
      matchError('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
    if (match !== '' && match !== 'NotOlderThan')
      errors.push(unsupported('resourceVersionMatch', match, ['NotOlderThan']))
    if (match !== '' && query.get('continue')) matchError('resourceVersionMatch is forbidden when continue is provided')
  } else {
    if (match !== '' && version === '')
      matchError('resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (match !== '' && query.get('continue')) matchError('resourceVersionMatch is forbidden when continue is provided')
    if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(unsupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']))
    }
    if (match === 'Exact' && version === '0') {
      matchError('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
    if (initial) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  if (errors.length > 0) throw invalidOptions('ListOptions', errors)
}

function dryRunErrors(values: readonly unknown[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [unsupported('dryRun', values, ['All'])]
}

function managerErrors(manager: string): FieldError[] {
  if (manager.length > 128) {
    return [{ type: 'FieldValueTooLong', field: 'fieldManager', detail: 'Too long: may not be more than 128 bytes' }]
  }
  const at = [...manager].findIndex((character) => !/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character))
  if (at < 0) return []
  const code = manager.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0')
  return [invalidValue('fieldManager', manager, `invalid character U+${code} (at position ${at})`)]
}
