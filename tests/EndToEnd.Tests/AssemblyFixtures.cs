[assembly: AssemblyFixture(typeof(EndToEnd.Tests.Support.Apps))]
