[assembly: AssemblyFixture(typeof(Evolink.Testing.Hosting.AzuriteFixture))]
