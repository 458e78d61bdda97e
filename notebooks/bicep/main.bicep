// A Foundry resource, a project in it and a deployment: the same three things that lesson 15 makes over REST.
//   az group create --name my-foundry-rg --location eastus2
//   az deployment group create --resource-group my-foundry-rg --template-file notebooks/bicep/main.bicep --parameters name=<a-new-name>

@description('Name of the resource. It becomes the first word of the host name, so it must be new in all of Azure.')
param name string
param location string = resourceGroup().location
param projectName string = 'my-project'

@description('A name of your own, so that another model can stand behind it later. It goes into FOUNDRY_MODEL_NAME.')
param deploymentName string = 'my-model'
param modelName string = 'gpt-5.4-mini'
param modelVersion string = '2026-03-17'

@description('Thousands of tokens per minute.')
param capacity int = 10

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  kind: 'AIServices'
  sku: { name: 'S0' }
  identity: { type: 'SystemAssigned' }
  properties: {
    allowProjectManagement: true
    customSubDomainName: name
    disableLocalAuth: false // true: keys are refused, tokens only
  }
}

resource project 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: projectName
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {}
}

resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: deploymentName
  sku: { name: 'GlobalStandard', capacity: capacity }
  properties: {
    model: { format: 'OpenAI', name: modelName, version: modelVersion }
  }
  dependsOn: [ project ] // one change at a time
}

output projectEndpoint string = 'https://${name}.services.ai.azure.com/api/projects/${projectName}'
