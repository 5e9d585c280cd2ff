using Evolink.OpenApi;

// dotnet run --project eng/openapi src/Evolink.Functions/OpenApi/openapi.json
if (args is not [var file])
{
    await Console.Error.WriteLineAsync("Name the file to write.");
    return 2;
}

await File.WriteAllTextAsync(file, Contract.ToJson());
return 0;
