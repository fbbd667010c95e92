/** Which objects a person picked: a row for each form. */
import { expect, test } from 'vitest'
import { parseResourceSelector } from '../../api/resource-selector.ts'
import { isSelected } from './select.ts'

const web = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }

test.each([
  ['apps:Deployment:web', true],
  ['apps:Deployment:shop/web', true],
  ['apps:Deployment:blog/web', false],
  ['apps:*:*', true],
  ['*:*:shop/*', true],
  [':Service:web', false],
  ['!apps:Deployment:web', false],
  ['!apps:Deployment:other', true],
  ['apps:Deployment:* !apps:Deployment:web', false],
])('%s', (text, want) => {
  expect(isSelected(web, text.split(' ').map(parseResourceSelector))).toBe(want)
})

test.each(['web', 'apps:Deployment', 'apps::web', 'apps:Deployment:', 'apps:Deployment:shop/', 'a:b:c/d/e', 'a:b:c:d'])(
  '%s is refused with the wanted form',
  (text) => {
    expect(() => parseResourceSelector(text)).toThrow('wanted is GROUP:KIND:[NAMESPACE/]NAME')
  },
)
