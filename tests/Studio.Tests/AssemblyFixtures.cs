[assembly: AssemblyFixture(typeof(Studio.Tests.Support.StudioFixture))]
