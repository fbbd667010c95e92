/** Validation of admission policies and their bindings. Expressions are parsed, not type-checked. Pure. */
import { CelError, compile } from '../cel/expression.ts'
import { type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'

export function validateAdmissionPolicy(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const policy = spec['failurePolicy']
  if (policy !== 'Fail' && policy !== 'Ignore')
    errors.push(unsupported('spec.failurePolicy', policy, ['Fail', 'Ignore']))
  if (!isData(spec['matchConstraints'])) errors.push(required('spec.matchConstraints'))
  else if (listAt(spec, 'matchConstraints', 'resourceRules').length === 0) {
    errors.push(required('spec.matchConstraints.resourceRules'))
  }
  const validations = listAt(spec, 'validations').filter(isData)
  if (validations.length === 0 && listAt(spec, 'auditAnnotations').length === 0) {
    errors.push(required('spec.validations', 'validations or auditAnnotations must be non-empty'))
  }
  for (const field of ['matchConditions', 'variables', 'validations']) {
    for (const [index, one] of listAt(spec, field).filter(isData).entries()) {
      errors.push(...expressionErrors(one['expression'], `spec.${field}[${index}].expression`))
    }
  }
  return errors
}

function expressionErrors(expression: unknown, path: string): FieldError[] {
  const text = String(expression ?? '')
  if (text.trim() === '') return [required(path, 'expression is not specified')]
  try {
    compile(text)
    return []
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    return [invalidValue(path, text, `compilation failed: ${error.message}`)]
  }
}

const ACTIONS = ['Audit', 'Deny', 'Warn']

export function validatePolicyBinding(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  if (spec['policyName'] === undefined || spec['policyName'] === '') errors.push(required('spec.policyName'))
  const actions = listAt(spec, 'validationActions')
  if (actions.length === 0)
    errors.push(required('spec.validationActions', 'at least one validation action is required'))
  for (const action of actions) {
    if (!ACTIONS.includes(String(action))) errors.push(unsupported('spec.validationActions', action, ACTIONS))
  }
  if (actions.includes('Deny') && actions.includes('Warn')) {
    errors.push(
      invalidValue(
        'spec.validationActions',
        actions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    )
  }
  return errors
}
