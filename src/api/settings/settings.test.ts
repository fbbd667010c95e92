import { describe, expect, test } from 'vitest'
import { matchGlob } from '../glob.ts'
import { actionsCustomization, healthCustomization } from './customizations.ts'
import { parseSettings } from './settings.ts'

const data = {
  'resource.customizations.health.argoproj.io_Rollout': 'rollout',
  'resource.customizations.health.Pod': 'pod',
  'resource.customizations.useOpenLibs.argoproj.io_Rollout': 'true',
  'resource.customizations.actions.batch_CronJob': `
mergeBuiltinActions: true
discovery.lua: |
  return {}
definitions:
- name: run
  action.lua: |
    return obj
`,
  'resource.customizations': `
"*.crossplane.io/*":
  health.lua: |
    wide
"*.aws.crossplane.io/*":
  health.lua: narrow
  health.lua.useOpenLibs: true
argoproj.io/Rollout:
  health.lua: from the block
apps/Deployment:
  actions: |
    discovery.lua: return {}
`,
  url: 'https://example.com',
}

/** group, kind, whose script, why the row is here */
const rows: readonly (readonly [string, string, string | undefined, string])[] = [
  ['argoproj.io', 'Rollout', 'rollout', 'the key of a kind wins over the block'],
  ['', 'Pod', 'pod', 'core kinds have no group'],
  ['pkg.crossplane.io', 'Provider', 'wide\n', 'a glob of the block form'],
  ['s3.aws.crossplane.io', 'Bucket', 'narrow', 'of two globs the one that says more, each time'],
  ['apps', 'Deployment', undefined, 'actions alone are no health check'],
  ['apps', 'StatefulSet', undefined, 'nothing is said'],
]

describe('parseSettings', () => {
  test.each(rows)('health of %s/%s is %s: %s', (group, kind, script) => {
    expect(healthCustomization(parseSettings(data).customizations, group, kind)?.health).toBe(script)
  })

  test('open libraries belong to the entry that has the script', () => {
    const { customizations } = parseSettings(data)
    expect(healthCustomization(customizations, 'argoproj.io', 'Rollout')?.useOpenLibs).toBe(true)
    expect(healthCustomization(customizations, '', 'Pod')?.useOpenLibs).toBe(false)
    expect(healthCustomization(customizations, 's3.aws.crossplane.io', 'Bucket')?.useOpenLibs).toBe(true)
  })

  test('actions in both forms', () => {
    const { customizations } = parseSettings(data)
    expect(actionsCustomization(customizations, 'batch', 'CronJob')?.actions).toEqual({
      discovery: 'return {}\n',
      definitions: [{ name: 'run', action: 'return obj\n' }],
      mergeBuiltin: true,
    })
    expect(actionsCustomization(customizations, 'apps', 'Deployment')?.actions?.discovery).toBe('return {}')
    expect(actionsCustomization(customizations, 'argoproj.io', 'Rollout')).toBeUndefined()
  })

  test('what cannot be read is named, the rest is in force', () => {
    const { problems, customizations } = parseSettings({
      ...data,
      'resource.customizations': 'a: [',
      'resource.customizations.useOpenLibs.Pod': 'maybe',
      'resource.customizations.actions.Secret': 'definitions: [{name: x}]',
    })
    expect(problems).toEqual([
      expect.stringContaining('resource.customizations: '),
      'resource.customizations.useOpenLibs.Pod: wanted is true or false, found is "maybe"',
      'resource.customizations.actions.Secret: a definition lacks its name or its action.lua',
    ])
    expect(healthCustomization(customizations, '', 'Pod')?.health).toBe('pod')
  })
})

describe('globs over kinds', () => {
  test.each([
    ['*', 'a/b', true, 'a star crosses the slash'],
    ['*/*', 'Pod', false, 'core kinds have no slash to match'],
    ['*.crossplane.io/*', 'pkg.crossplane.io/Provider', true, ''],
    ['*.crossplane.io/*', 'crossplane.io/Provider', false, 'the dot is a dot'],
    ['{apps,batch}/*', 'batch/Job', true, 'alternatives'],
    ['apps/[A-D]*', 'apps/Deployment', true, 'a set'],
    ['apps/[!A-D]*', 'apps/Deployment', false, 'a set turned round'],
    ['a+b(c)', 'a+b(c)', true, 'what means something to regular expressions means nothing here'],
    ['[z-a]', '[z-a]', false, 'a range that is none matches nothing: Argo CD refuses the glob'],
  ] as const)('%s on %s is %s %s', (glob, text, expected, _why) => {
    expect(matchGlob(glob, text)).toBe(expected)
  })
})
