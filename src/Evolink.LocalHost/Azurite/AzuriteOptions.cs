namespace Evolink.LocalHost.Azurite;

/// <summary>How to run Azurite.</summary>
public sealed record AzuriteOptions
{
    /// <summary>Folder that keeps blobs, queues and tables. Without it everything is in memory and gone at the end.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Folder with a <c>node_modules</c> that holds Azurite. Default: <c>eng/azurite</c> of this repository, installed on first use.</summary>
    public string? InstallFolder { get; init; }

    /// <summary>Port of the blob service. 0: that of the last run on the same folder if it is free, else any.</summary>
    public int BlobPort { get; init; }

    /// <summary>Port of the queue service. 0: as for <see cref="BlobPort"/>.</summary>
    public int QueuePort { get; init; }

    /// <summary>Port of the table service. 0: as for <see cref="BlobPort"/>.</summary>
    public int TablePort { get; init; }

    /// <summary>Files of a certificate and its key, in PEM: with them it speaks https, and takes bearer tokens beside the account's key.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>Is told in a sentence what takes long (an installation).</summary>
    public Action<string> Note { get; init; } = static _ => { };
}
