/** Checks that many kinds share: numbers, percentages, selectors, ports. Pure. */
import { type FieldError, invalidValue, required } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { labelValueErrors, qualifiedNameErrors, validateLabels } from './names.ts'

export const IMMUTABLE = 'field is immutable'

/** Each named field of the holder must not be negative, when it is there. */
export function nonNegative(holder: Data, path: string, ...fields: readonly string[]): FieldError[] {
  return fields.flatMap((field) => {
    const value = holder[field]
    return typeof value === 'number' && value < 0
      ? [invalidValue(`${path}.${field}`, value, 'must be greater than or equal to 0')]
      : []
  })
}

export function portNumber(value: unknown, path: string): FieldError[] {
  const number = typeof value === 'number' ? value : 0
  return number < 1 || number > 65_535 ? [invalidValue(path, number, 'must be between 1 and 65535, inclusive')] : []
}

/** The name of a port: an IANA service name. */
export function portNameErrors(name: string): string[] {
  const errors: string[] = []
  if (name.length > 15) errors.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(name)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(name)) errors.push('must contain at least one letter (a-z)')
  if (name.includes('--')) errors.push('must not contain consecutive hyphens')
  if (name.startsWith('-') || name.endsWith('-')) errors.push('must not begin or end with a hyphen')
  return errors
}

const PERCENT_TEXT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

export function intOrPercent(value: unknown, path: string): FieldError[] {
  if (typeof value === 'string') return /^[0-9]+%$/.test(value) ? [] : [invalidValue(path, value, PERCENT_TEXT)]
  return typeof value === 'number' && value < 0 ? [invalidValue(path, value, 'must be greater than or equal to 0')] : []
}

export function atMostAll(value: unknown, path: string): FieldError[] {
  return typeof value === 'string' && /^[0-9]+%$/.test(value) && Number.parseInt(value, 10) > 100
    ? [invalidValue(path, value, 'must not be greater than 100%')]
    : []
}

export function isZero(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && Number.parseInt(value, 10) === 0)
}

export function selectorErrors(selector: Data, path: string): FieldError[] {
  const errors = validateLabels(dataAt(selector, 'matchLabels'), `${path}.matchLabels`)
  for (const [index, one] of listAt(selector, 'matchExpressions').filter(isData).entries()) {
    const at = `${path}.matchExpressions[${index}]`
    const values = listAt(one, 'values')
    const operator = String(one['operator'] ?? '')
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push({
          type: 'FieldValueForbidden',
          field: `${at}.values`,
          detail: "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        })
      }
    } else errors.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'))
    for (const text of qualifiedNameErrors(String(one['key'] ?? ''))) {
      errors.push(invalidValue(`${at}.key`, one['key'] ?? '', text))
    }
    for (const [number, value] of values.entries()) {
      for (const text of labelValueErrors(String(value)))
        errors.push(invalidValue(`${at}.values[${number}]`, value, text))
    }
  }
  return errors
}

export function isEmptySelector(selector: Data): boolean {
  return Object.keys(dataAt(selector, 'matchLabels')).length === 0 && listAt(selector, 'matchExpressions').length === 0
}

export function selectorMatches(selector: Data, labels: Data): boolean {
  return (
    Object.entries(dataAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions')
      .filter(isData)
      .every((expression) => matchesExpression(labels, expression))
  )
}

function matchesExpression(labels: Data, expression: Data): boolean {
  const value = labels[String(expression['key'])]
  const values = listAt(expression, 'values')
  switch (expression['operator']) {
    case 'In':
      return values.includes(value)
    case 'NotIn':
      return !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}

const IP4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

export function isAddress(text: string): boolean {
  const match = IP4.exec(text)
  if (match !== null)
    return match.slice(1).every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0')))
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]/`)
}

export function isCidr(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/')
  if (rest.length > 0 || !isAddress(address) || !/^\d+$/.test(bits)) return false
  return Number(bits) <= (address.includes(':') ? 128 : 32)
}
