using Evolink.LocalHost.Cli;

return await CommandLine.RunAsync(args);
