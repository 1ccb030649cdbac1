<#
.SYNOPSIS
Writes down which certificates stand in the certificate stores of this machine, or of others, for inregel.

.DESCRIPTION
Reads the personal stores ("My") of the user who runs it and of the machine. It changes nothing, and it never reads or
exports a private key: of a key it only says whether there is one and whether Windows would export it.

Assu takes the certificate from the store of the user who works with it, and only that user's own session sees it. So
run it as that user, as a logon script for example, with one file for each in a folder that inregel reads:

    powershell -NoProfile -File collect-certificates.ps1 -Match *@certificate.example -Out \\server\certs\%COMPUTERNAME%-%USERNAME%.csv

With -Machines it asks other machines by PowerShell remoting, as an administrator. It then reads the stores of the
machines alone, not those of their users.

A store without a certificate that matches gives one row without a thumbprint: looked at, and nothing found. A machine
that cannot be reached gives no row, and is unknown.

.PARAMETER Machines
Names of other machines. Without it, this machine and this user.

.PARAMETER Out
The file to write, .csv or .json, in UTF-8. One that is there is replaced.

.PARAMETER Match
Only certificates whose e-mail address or subject is like this, such as *@certificate.example. Without it all, so also
those of other people and programs.

.NOTES
Columns: machine, store, user, thumbprint, serial, subject, email, not_after, has_private_key, exportable, collected_at.
store is user or machine; not_after is a day, collected_at a time (UTC); exportable is empty where it cannot be told.
For Windows PowerShell 5.1 and newer. Needs nothing else.
#>
[CmdletBinding()]
param(
    [string[]] $Machines = @(),
    [string] $Out = 'certificates.csv',
    [string] $Match = '*'
)

$ErrorActionPreference = 'Stop'

$collect = {
    param([string] $Match, [string[]] $Stores)

    function Get-Exportable($Certificate) {
        # Asks for the policy of the key only; the key itself is not read.
        try {
            $key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate)
            if ($key -is [System.Security.Cryptography.RSACng]) {
                $allowed = [int] [System.Security.Cryptography.CngExportPolicies]::AllowExport
                return [string] ((([int] $key.Key.ExportPolicy) -band $allowed) -ne 0)
            }
            if ($key -is [System.Security.Cryptography.RSACryptoServiceProvider]) {
                return [string] $key.CspKeyContainerInfo.Exportable
            }
        } catch {
            return ''
        }
        return ''
    }

    $invariant = [System.Globalization.CultureInfo]::InvariantCulture
    $emailName = [System.Security.Cryptography.X509Certificates.X509NameType]::EmailName
    $at = (Get-Date).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $invariant)

    foreach ($store in $Stores) {
        $kind = 'machine'
        $user = ''
        if ($store -eq 'CurrentUser') {
            $kind = 'user'
            $user = $env:USERNAME
        }
        $found = 0
        foreach ($certificate in @(Get-ChildItem -Path "Cert:\$store\My")) {
            $email = $certificate.GetNameInfo($emailName, $false)
            if (-not (($email -like $Match) -or ($certificate.Subject -like $Match))) {
                continue
            }
            $found++
            $exportable = ''
            if ($certificate.HasPrivateKey) {
                $exportable = Get-Exportable $certificate
            }
            [PSCustomObject] @{
                machine         = $env:COMPUTERNAME
                store           = $kind
                user            = $user
                thumbprint      = $certificate.Thumbprint
                serial          = $certificate.SerialNumber
                subject         = $certificate.Subject
                email           = $email
                not_after       = $certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-dd', $invariant)
                has_private_key = [string] $certificate.HasPrivateKey
                exportable      = $exportable
                collected_at    = $at
            }
        }
        if ($found -eq 0) {
            [PSCustomObject] @{
                machine         = $env:COMPUTERNAME
                store           = $kind
                user            = $user
                thumbprint      = ''
                serial          = ''
                subject         = ''
                email           = ''
                not_after       = ''
                has_private_key = ''
                exportable      = ''
                collected_at    = $at
            }
        }
    }
}

$rows = @()
if ($Machines.Count -eq 0) {
    $rows = @(& $collect $Match @('CurrentUser', 'LocalMachine'))
} else {
    foreach ($machine in $Machines) {
        try {
            $rows += @(Invoke-Command -ComputerName $machine -ScriptBlock $collect -ArgumentList $Match, @('LocalMachine'))
        } catch {
            Write-Warning "$machine was not read, and stays unknown: $($_.Exception.Message)"
        }
    }
}

$columns = 'machine', 'store', 'user', 'thumbprint', 'serial', 'subject', 'email', 'not_after', 'has_private_key', 'exportable', 'collected_at'
# Invoke-Command adds columns of its own.
$rows = @($rows | Select-Object -Property $columns)

if ($rows.Count -eq 0) {
    Write-Error "Nothing was read, so $Out was not written."
}
if ($Out -like '*.json') {
    ConvertTo-Json -InputObject $rows | Out-File -FilePath $Out -Encoding UTF8
} else {
    $rows | Export-Csv -Path $Out -NoTypeInformation -Encoding UTF8
}
Write-Host "Wrote $($rows.Count) rows to $Out"
