/** A machine of nothing but a Distributed Map, labelled `each`, whose children run `states` from the first of them on. `more`: fields of the Map. */
export const distributedMap = (states: object, more: object = {}, ExecutionType = 'STANDARD') => ({
  QueryLanguage: 'JSONata',
  StartAt: 'M',
  States: {
    M: {
      Type: 'Map',
      Label: 'each',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
        StartAt: Object.keys(states)[0],
        States: states,
      },
      End: true,
      ...more,
    },
  },
});
