namespace Evolink.Pipeline.Options;

/// <summary>The storage account of the app: one of account name, service uri or connection string.</summary>
public sealed class StorageOptions
{
    /// <summary>Name of the account; the address is that of the public cloud.</summary>
    public string? AccountName { get; set; }

    /// <summary>Address of the blob service, where it is not the public cloud's.</summary>
    public Uri? ServiceUri { get; set; }

    /// <summary>Connection string: for the emulator and for development.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Client id of the managed identity that opens the account; empty: the developer's own sign-in.</summary>
    public string? ClientId { get; set; }
}
